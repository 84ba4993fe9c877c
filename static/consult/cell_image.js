/* The large image of the cell that is asked about, blank until it is there, and the next ones fetched ahead.
   A browser keeps the last image until the next has arrived: a label given meanwhile would be of the wrong cell. So the
   place is blank, and takes no label, until what it announces is there to be seen. */
import { gettext } from "../shared/words.js";

const AHEAD = 3;

/** `onState("loading" | "shown" | "failed")` is told how far the image is; `addressOf(tile)` is where it comes from. */
export const createCellImage = ({ frame, large, tiles, addressOf, onState }) => {
  const fetched = new Map();
  let state = "";
  let asked = 0;

  const fetchAhead = (active) => {
    const at = tiles.indexOf(active);
    const ahead = tiles.slice(at + 1, at + 1 + AHEAD).map(addressOf);
    for (const address of fetched.keys()) {
      if (!ahead.includes(address)) {
        fetched.delete(address);
      }
    }
    for (const address of ahead.filter((each) => !fetched.has(each))) {
      const image = new Image();
      image.src = address;
      fetched.set(address, image);
    }
  };
  const become = (next) => {
    state = next;
    frame.dataset.state = state;
    frame.setAttribute("aria-busy", String(state === "loading"));
    onState(state);
  };

  return {
    isShown: () => state === "shown",
    async show(tile) {
      asked += 1;
      const mine = asked;
      become("loading");
      if (large.getAttribute("src") !== addressOf(tile)) {
        large.src = addressOf(tile);
      }
      large.alt = gettext("Cell {number}", { number: tile.dataset.number });
      const arrived = await large.decode().then(
        () => true,
        () => false,
      );
      if (mine !== asked) {
        return;
      }
      become(arrived ? "shown" : "failed");
      if (arrived) {
        fetchAhead(tile);
      } else {
        large.removeAttribute("src");
      }
    },
  };
};
