/* What is seen of the coach: rings, the one sentence, the shutter, and what stands over the picture where there is none. */
const FLASH_MS = 160;

/** Shows what it is told; keeps nothing but the sentence, which has to stay for two frames before another follows. */
export const createView = ({ root, words }) => {
  const find = (name) => root.querySelector(`[data-${name}]`);
  const sentence = find("sentence");
  const shutter = find("shutter");
  let wanted = "";

  const say = (text) => {
    wanted = text;
    if (sentence.textContent !== text) {
      sentence.textContent = text;
    }
  };
  const sayAfterTwo = (text) => {
    if (wanted === text) {
      say(text);
    }
    wanted = text;
  };
  const ring = (name, { verdict, word, sentence: why }) => {
    const place = root.querySelector(`[data-ring="${name}"]`);
    const text = words[verdict] ?? "–";
    place.dataset.verdict = verdict;
    place.title = why ?? words[word] ?? "";
    place.querySelector("[data-ring-word]").textContent = text;
  };
  const clear = () => {
    for (const place of root.querySelectorAll("[data-ring]")) {
      ring(place.dataset.ring, { verdict: "" });
    }
    sentence.dataset.verdict = "";
  };

  return {
    say,
    show({ readings, said, isGood }, isAutomatic) {
      Object.entries(readings).forEach(([name, reading]) => ring(name, reading));
      sentence.dataset.verdict = said.verdict;
      const ready = isAutomatic ? words.holding : words.ready;
      sayAfterTwo(isGood ? ready : (said.sentence ?? words[said.word] ?? words.starting));
    },
    starting() {
      find("trouble").hidden = true;
      shutter.disabled = true;
      clear();
      say(words.starting);
    },
    live() {
      shutter.disabled = false;
    },
    trouble(text) {
      shutter.disabled = true;
      find("trouble").hidden = false;
      find("trouble-text").textContent = text;
      clear();
      say("");
    },
    over(text) {
      root.classList.add("over");
      shutter.disabled = true;
      for (const each of root.querySelectorAll("[data-try-camera], [data-file], [data-auto]")) {
        each.disabled = true;
      }
      find("trouble").hidden = false;
      find("trouble-text").textContent = text;
      clear();
      say("");
    },
    automatic(isOn) {
      find("auto").setAttribute("aria-pressed", String(isOn));
    },
    retaking(number) {
      find("retaking").hidden = !number;
      find("retaking-text").textContent = number ? words.retaking.replace("{number}", number) : "";
    },
    /** The picture was taken: a short white, or only the words for who wants no motion. */
    flash() {
      say(words.taken);
      if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
        find("flash").hidden = false;
        setTimeout(() => {
          find("flash").hidden = true;
        }, FLASH_MS);
      }
    },
  };
};
