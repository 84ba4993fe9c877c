/* The camera of the page: asked for, chosen, lost. Each trouble has a name, under which the page has its sentence. */
const WISHED = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const STILL_MS = 5000;

const troubleOf = (error) => {
  const names = {
    NotAllowedError: "noPermission",
    SecurityError: "noPermission",
    NotReadableError: "busyCamera",
    AbortError: "busyCamera",
  };
  return names[error.name] ?? "noCamera";
};

const after = (milliseconds) =>
  new Promise((_, refuse) => {
    setTimeout(() => refuse(new Error("The camera gave no picture.")), milliseconds);
  });

/** `onTrouble(name)` is told why there is no picture, `onStart()` that there is one. */
export const createCamera = ({ video, onTrouble, onStart }) => {
  let track = null;
  let number = 0;

  const stop = () => {
    number += 1;
    track?.stop();
    track = null;
    video.srcObject = null;
  };

  const ask = async (deviceId) => {
    const wish = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    try {
      return await navigator.mediaDevices.getUserMedia({ video: { ...WISHED, ...wish } });
    } catch (error) {
      /* The remembered camera may be another one today */
      if (deviceId && error.name === "OverconstrainedError") {
        return ask("");
      }
      throw error;
    }
  };

  const start = async (deviceId) => {
    stop();
    number += 1;
    const mine = number;
    if (!window.isSecureContext || !navigator.mediaDevices) {
      onTrouble("noHttps");
      return;
    }
    try {
      const stream = await ask(deviceId);
      if (mine !== number) {
        stream.getTracks().forEach((each) => each.stop());
        return;
      }
      [track] = stream.getVideoTracks();
      track.addEventListener("ended", () => {
        if (mine === number) {
          stop();
          onTrouble("unplugged");
        }
      });
      video.srcObject = stream;
      await video.play();
    } catch (error) {
      if (mine === number) {
        stop();
        onTrouble(troubleOf(error));
      }
      return;
    }
    if (mine === number) {
      onStart();
    }
  };

  /** A still where the camera takes one, which is often larger than what it shows live; else what it shows. */
  const still = async () => {
    if (window.ImageCapture && track) {
      try {
        const blob = await Promise.race([new ImageCapture(track).takePhoto(), after(STILL_MS)]);
        const picture = await createImageBitmap(blob);
        if (picture.width >= video.videoWidth) {
          return picture;
        }
      } catch {
        /* Many cameras of microscopes say that they take stills and do not */
      }
    }
    return createImageBitmap(video);
  };

  const list = async () => {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
  };

  return {
    start,
    stop,
    still,
    list,
    get isOn() {
      return Boolean(track) && video.readyState >= 2;
    },
    get deviceId() {
      return track?.getSettings().deviceId ?? "";
    },
  };
};
