/* What this browser remembers of capturing: which camera is on which microscope, and the scale of its live picture. Nothing
   of any case. A closed store, as in some private windows, remembers nothing. */
const NAME = "hematovision.capture";
const MOST_SCALES = 20;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
};

export const createMemory = () => {
  const kept = { cameras: {}, scales: {}, isAutomatic: true, ...read() };
  const keep = () => {
    try {
      localStorage.setItem(NAME, JSON.stringify(kept));
    } catch {
      document.documentElement.dataset.storage = "closed";
    }
  };
  return {
    cameraOf: (microscope) => kept.cameras[microscope] ?? "",
    keepCamera(microscope, deviceId) {
      kept.cameras[microscope] = deviceId;
      keep();
    },
    get isAutomatic() {
      return kept.isAutomatic;
    },
    keepAutomatic(isAutomatic) {
      kept.isAutomatic = isAutomatic;
      keep();
    },
    /** The scale of the live picture, um per px: the median of the last fields, nothing where none told it. */
    scaleOf: (place) => {
      const known = [...(kept.scales[place] ?? [])].sort((one, other) => one - other);
      return known.length ? known[Math.floor(known.length / 2)] : null;
    },
    learnScale(place, umPerPx) {
      kept.scales[place] = [...(kept.scales[place] ?? []), umPerPx].slice(-MOST_SCALES);
      keep();
    },
  };
};
