/* Photographing a smear: the parts of the page and how they work together. */
import { isTyping } from "../../shared/typing.js";
import { withoutMetadata } from "../../shared/without_metadata.js";
import { createCamera } from "./camera.js";
import { createCoach } from "./coach.js";
import { createMemory } from "./memory.js";
import { fileOf } from "./picture.js";
import { createReadings } from "./readings.js";
import { createSending } from "./sending.js";
import { createStrip } from "./strip.js";
import { createView } from "./view.js";

const SHUTTER_KEYS = new Set([" ", "AudioVolumeUp", "AudioVolumeDown", "VolumeUp", "VolumeDown"]);

/* A file that cannot be read is named by who sends it */
const deidentified = (file) =>
  withoutMetadata(file).then(
    (kept) => kept.file,
    () => file,
  );

const open = (root) => {
  const find = (name) => root.querySelector(`[data-${name}]`);
  const { limits } = JSON.parse(document.getElementById("coach-settings").textContent);
  const words = document.querySelector("[data-words]").dataset;
  const video = find("video");
  const microscope = find("microscope");
  const cameras = find("camera");
  const memory = createMemory();
  const coach = createCoach();
  const view = createView({ root, words });
  /* Hashes of the fields that were taken here, and what is not yet known of the scale of pictures that were sent */
  const taken = [];
  const unscaled = new Map();
  let stillSize = null;
  let replaces = null;
  let isTaking = false;
  let isOver = false;

  /* A scale belongs to a camera on a microscope at one size of picture */
  const placeOf = () => [microscope.value, camera.deviceId, video.videoWidth, video.videoHeight].join("|");
  const knownScale = () => memory.scaleOf(placeOf());
  const scaleOfStill = () => {
    const scale = knownScale();
    return scale && stillSize ? (scale * video.videoWidth) / stillSize : scale;
  };

  const camera = createCamera({
    video,
    onTrouble: (name) => view.trouble(words[name]),
    onStart: () => {
      stillSize = null;
      restart();
      view.live();
      memory.keepCamera(microscope.value, camera.deviceId);
      listCameras();
    },
  });
  const listCameras = async () => {
    const found = await camera.list();
    cameras.replaceChildren(...found.map(({ deviceId, label }) => new Option(label || deviceId, deviceId)));
    cameras.value = camera.deviceId;
    find("camera-field").hidden = found.length < 2;
  };
  const startCamera = (deviceId) => {
    view.starting();
    camera.start(deviceId);
  };

  const strip = createStrip({
    onFields: (rows) => rows.forEach(learn),
    onOver: (sentence) => {
      isOver = true;
      camera.stop();
      view.over(sentence || words.over);
    },
    onSignedOut: () => view.say(words.signedOut),
  });
  const learn = (row) => {
    const sent = unscaled.get(row.dataset.image);
    if (sent && row.dataset.umPerPx) {
      unscaled.delete(row.dataset.image);
      memory.learnScale(sent.place, Number(row.dataset.umPerPx) / sent.framePxPerFilePx);
    }
  };

  const sending = createSending({
    root,
    words,
    onDone: ({ image }, { scale }) => {
      if (scale) {
        unscaled.set(image, scale);
      }
      strip.refresh();
    },
    onRefused: () => strip.refresh(),
  });
  const send = (file, scale) => {
    sending.send(file, { microscope: microscope.value, replaces: replaces?.image, scale });
    retake(null);
  };

  const retake = (field) => {
    replaces = field;
    view.retaking(field?.number);
    restart();
  };
  const restart = () => {
    coach.restart();
    readings.restart();
  };

  const take = async () => {
    if (isTaking || isOver || !camera.isOn) {
      return;
    }
    isTaking = true;
    try {
      const still = await camera.still();
      const frame = { width: video.videoWidth, height: video.videoHeight };
      stillSize = still.width;
      const umPerFramePx = knownScale() ?? limits.default_um_per_px;
      const { file, hash, framePxPerFilePx } = await fileOf(still, { umPerFramePx, frame, name: "capture.jpg" });
      still.close();
      taken.push(hash);
      send(file, { place: placeOf(), framePxPerFilePx });
      view.flash();
    } catch {
      view.say(words.notTaken);
    }
    isTaking = false;
  };

  const readings = createReadings({
    video,
    workerUrl: root.dataset.readingsWorker,
    limits,
    isOn: () => camera.isOn && !isTaking && !isOver,
    umPerPx: () => knownScale() ?? limits.default_um_per_px,
    onMeasured: (measured) => {
      const seen = coach.see(measured, { umPerPx: scaleOfStill(), fields: replaces ? [] : taken });
      view.show(seen, memory.isAutomatic);
      if (seen.isTime && memory.isAutomatic) {
        take();
      }
    },
  });

  view.automatic(memory.isAutomatic);
  find("auto").addEventListener("click", () => {
    memory.keepAutomatic(!memory.isAutomatic);
    view.automatic(memory.isAutomatic);
  });
  find("shutter").addEventListener("click", take);
  find("retake-cancel").addEventListener("click", () => {
    retake(null);
    find("shutter").focus();
  });
  find("try-camera").addEventListener("click", () => startCamera(memory.cameraOf(microscope.value)));
  find("file").addEventListener("change", async ({ target }) => {
    const files = [...target.files];
    target.value = "";
    for (const file of files) {
      send("leaveOut" in root.dataset ? await deidentified(file) : file, null);
    }
  });
  cameras.addEventListener("change", () => startCamera(cameras.value));
  microscope.addEventListener("change", () => {
    const remembered = memory.cameraOf(microscope.value);
    if (remembered && remembered !== camera.deviceId) {
      startCamera(remembered);
    } else {
      restart();
    }
  });
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-retake]");
    if (link) {
      event.preventDefault();
      retake({ image: link.dataset.retake, number: link.closest("[data-field]").dataset.field });
      find("shutter").focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    /* The space bar presses what it is on; a key that is held down takes one picture */
    const presses = event.key === " " && event.target.closest?.("a, button, select, summary, label");
    if (SHUTTER_KEYS.has(event.key) && !presses && !isTyping(event.target) && !event.repeat) {
      event.preventDefault();
      take();
    }
  });
  navigator.mediaDevices?.addEventListener("devicechange", listCameras);
  window.addEventListener("pagehide", camera.stop);
  startCamera(memory.cameraOf(microscope.value));
};

document.querySelectorAll("[data-capture]").forEach(open);
