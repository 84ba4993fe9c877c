/* The cameras of this device, one at a time; the one chosen last is asked for first. */
const REMEMBERED = "hematovision.scan.camera";

const keeps = () => document.documentElement.dataset.storage !== "closed";

/** Why there is no picture: the name of the sentence that says so. */
export const reasonOf = (error) =>
  ({
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotFoundError: "none",
    OverconstrainedError: "none",
  })[error.name] ?? "busy";

/** Whether a page may ask for cameras at all: browsers have them over HTTPS only. */
export const hasCameras = () => Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia);

const ask = (video) => navigator.mediaDevices.getUserMedia({ audio: false, video });

/** The stream of the camera with this id, else of the one chosen last, else of one that faces away from the person. */
export const openCamera = async (id = "") => {
  const wanted = id || (keeps() && localStorage.getItem(REMEMBERED)) || "";
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const away = { ...size, facingMode: { ideal: "environment" } };
  if (!wanted) {
    return ask(away);
  }
  try {
    return await ask({ ...size, deviceId: { exact: wanted } });
  } catch (error) {
    /* The one chosen last is not plugged in any more */
    if (id || error.name !== "OverconstrainedError") {
      throw error;
    }
    return ask(away);
  }
};

export const rememberCamera = (id) => {
  if (keeps()) {
    localStorage.setItem(REMEMBERED, id);
  }
};

export const listCameras = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");

export const closeCamera = (stream) => stream?.getTracks().forEach((track) => track.stop());

const trackOf = (stream) => stream.getVideoTracks()[0];

export const cameraOf = (stream) => trackOf(stream)?.getSettings().deviceId ?? "";

export const hasTorch = (stream) => Boolean(trackOf(stream)?.getCapabilities?.().torch);

export const setTorch = (stream, torch) => trackOf(stream).applyConstraints({ advanced: [{ torch }] });
