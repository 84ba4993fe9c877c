/* The sheet in which a code is read: live picture, camera, torch, a photo instead. Its sentences come with the page. */
import * as camera from "./camera.js";
import { createDecoder } from "./decoder.js";

/* A code without a check digit may be misread once, hardly twice alike */
const EQUAL_READINGS = 2;
const PAUSE_MS = 100;
const PATIENCE_MS = 8000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const createSheet = (sheet) => {
  const part = (name) => sheet.querySelector(`[data-scan-${name}]`);
  const [video, line, choice, torch, photo] = ["video", "said", "camera", "torch", "photo"].map(part);
  const sentences = sheet.dataset;
  let stream = null;
  let decoder = null;
  /* Each time a camera is opened the loop of the one before ends */
  let turn = 0;
  let found = null;

  const say = (name) => {
    line.textContent = sentences[name];
    line.dataset.state = name;
  };

  const decoderOrNull = async () => {
    try {
      decoder ??= await createDecoder(sheet.dataset.decoder);
    } catch {
      say("unloaded");
    }
    return decoder;
  };

  const end = (code) => {
    found = code;
    sheet.close();
  };

  const watch = async (own) => {
    const read = await decoderOrNull();
    const begun = performance.now();
    let [last, alike, isTurned] = [null, 0, false];
    while (read && own === turn) {
      const code = video.readyState >= video.HAVE_CURRENT_DATA ? await read(video, isTurned) : null;
      if (own !== turn) {
        return;
      }
      if (code) {
        alike = code === last ? alike + 1 : 1;
        last = code;
        if (alike >= EQUAL_READINGS) {
          end(code);
          return;
        }
      } else {
        isTurned = !isTurned;
        if (performance.now() - begun > PATIENCE_MS && line.dataset.state === "looking") {
          say("unread");
        }
      }
      await pause(PAUSE_MS);
    }
  };

  const offerCameras = async () => {
    const cameras = await camera.listCameras();
    choice.replaceChildren(
      ...cameras.map(({ deviceId, label }, at) => new Option(label || `${sentences.camera} ${at + 1}`, deviceId)),
    );
    choice.value = camera.cameraOf(stream);
    choice.closest("[data-scan-choice]").hidden = cameras.length < 2;
  };

  const stop = () => {
    turn += 1;
    camera.closeCamera(stream);
    stream = null;
    video.srcObject = null;
    video.hidden = true;
    torch.hidden = true;
  };

  const start = async (id) => {
    stop();
    const own = turn;
    if (!camera.hasCameras()) {
      say("insecure");
      return;
    }
    say("opening");
    let opened;
    try {
      opened = await camera.openCamera(id);
    } catch (error) {
      if (own === turn) {
        say(camera.reasonOf(error));
      }
      return;
    }
    if (own !== turn) {
      camera.closeCamera(opened);
      return;
    }
    stream = opened;
    video.srcObject = stream;
    video.hidden = false;
    torch.hidden = !camera.hasTorch(stream);
    torch.setAttribute("aria-pressed", "false");
    say("looking");
    try {
      await video.play();
      await offerCameras();
    } catch (error) {
      /* Closed meanwhile, or another camera was chosen */
      if (own === turn) {
        say(camera.reasonOf(error));
      }
      return;
    }
    await watch(own);
  };

  choice.addEventListener("change", () => {
    camera.rememberCamera(choice.value);
    start(choice.value);
  });
  torch.addEventListener("click", async () => {
    const isOn = torch.getAttribute("aria-pressed") !== "true";
    await camera.setTorch(stream, isOn);
    torch.setAttribute("aria-pressed", String(isOn));
  });
  photo.addEventListener("change", async () => {
    const [file] = photo.files;
    photo.value = "";
    const read = file && (await decoderOrNull());
    const picture = read && (await createImageBitmap(file).catch(() => null));
    const code = picture && ((await read(picture)) || (await read(picture, true)));
    if (code) {
      end(code);
    } else if (read) {
      say("photoUnread");
    }
  });

  /** What was read; null where the person closed the sheet. */
  return () =>
    new Promise((resolve) => {
      found = null;
      sheet.addEventListener(
        "close",
        () => {
          stop();
          resolve(found);
        },
        { once: true },
      );
      sheet.showModal();
      start("");
    });
};

const sheet = document.getElementById("scan");
export const readCode = sheet ? createSheet(sheet) : null;
