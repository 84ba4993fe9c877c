/* Arithmetic on pictures as the worker of the server does it with OpenCV: same kernels, same edges, same rounding.
   A picture is {data, width, height} with four bytes a pixel, as a canvas gives it. */

/* Mirrored at the edge without repeating it, as BORDER_REFLECT_101 */
const mirrored = (at, size) => {
  if (size === 1) {
    return 0;
  }
  if (at >= 0 && at < size) {
    return at;
  }
  let inside = at;
  while (inside < 0 || inside >= size) {
    inside = inside < 0 ? -inside : 2 * size - 2 - inside;
  }
  return inside;
};

const gaussian = (sigma) => {
  const size = Math.round(sigma * 8 + 1) | 1;
  const half = (size - 1) / 2;
  const weights = Float32Array.from({ length: size }, (_, at) => Math.exp(-((at - half) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((all, one) => all + one, 0);
  return weights.map((one) => one / sum);
};

/** A plane (Float32Array of width * height) seen through a Gaussian of `sigma` pixels. */
export const blurred = (plane, width, height, sigma) => {
  const weights = gaussian(sigma);
  const half = (weights.length - 1) / 2;
  const across = new Float32Array(plane.length);
  const line = new Float32Array(width + 2 * half);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    for (let at = 0; at < line.length; at += 1) {
      line[at] = plane[row + mirrored(at - half, width)];
    }
    /* Symmetric weights: the pixels on both sides at once */
    for (let x = 0; x < width; x += 1) {
      let sum = line[x + half] * weights[half];
      for (let tap = 0; tap < half; tap += 1) {
        sum += (line[x + tap] + line[x + 2 * half - tap]) * weights[tap];
      }
      across[row + x] = sum;
    }
  }
  /* Row by row, because a column jumps through all of memory */
  const both = new Float32Array(plane.length);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    for (let tap = 0; tap <= half; tap += 1) {
      const weight = tap === half ? weights[half] / 2 : weights[tap];
      const above = mirrored(y + tap - half, height) * width;
      const below = mirrored(y + half - tap, height) * width;
      for (let x = 0; x < width; x += 1) {
        both[row + x] += (across[above + x] + across[below + x]) * weight;
      }
    }
  }
  return both;
};

/** The length of the slope at one pixel, by Sobel's kernels of three. */
export const slopeAt = (plane, width, height, x, y) => {
  const above = mirrored(y - 1, height) * width;
  const here = y * width;
  const below = mirrored(y + 1, height) * width;
  const left = mirrored(x - 1, width);
  const right = mirrored(x + 1, width);
  const rising = plane[below + right] - plane[above + left];
  const falling = plane[above + right] - plane[below + left];
  const across = rising + falling + 2 * (plane[here + right] - plane[here + left]);
  const down = rising - falling + 2 * (plane[below + x] - plane[above + x]);
  return Math.sqrt(across * across + down * down);
};

/** The slopes of all pixels. */
export const slopes = (plane, width, height) => {
  const found = new Float32Array(plane.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      found[y * width + x] = slopeAt(plane, width, height, x, y);
    }
  }
  return found;
};

/* Puts the value of this rank in its place, smaller ones before it (Hoare); sorting all would take ten times as long */
const place = (values, rank) => {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left] < pivot) {
        left += 1;
      }
      while (values[right] > pivot) {
        right -= 1;
      }
      if (left <= right) {
        const swapped = values[left];
        values[left] = values[right];
        values[right] = swapped;
        left += 1;
        right -= 1;
      }
    }
    if (rank <= right) {
      high = right;
    } else if (rank >= left) {
      low = left;
    } else {
      return;
    }
  }
};

/** The value under which `percent` of the values lie, between neighbours as numpy reckons it. */
export const percentile = (values, percent) => {
  const parted = Float32Array.from(values);
  const at = (parted.length - 1) * (percent / 100);
  const below = Math.floor(at);
  place(parted, below);
  const lower = parted[below];
  let upper = Infinity;
  for (let each = below + 1; each < parted.length; each += 1) {
    upper = Math.min(upper, parted[each]);
  }
  return upper === Infinity ? lower : lower + (upper - lower) * (at - below);
};

/** Whole numbers counted by level: the level under which `share` of them lie. */
export const quantileOfLevels = (counts, share) => {
  const sum = counts.reduce((all, one) => all + one, 0);
  const rank = share * (sum - 1);
  const level = (upTo) => {
    let seen = 0;
    return counts.findIndex((count) => {
      seen += count;
      return seen > upTo;
    });
  };
  const lower = level(Math.floor(rank));
  return lower + (rank - Math.floor(rank)) * (level(Math.ceil(rank)) - lower);
};

/* Which source pixels make one pixel of the copy, and with which weight, as INTER_AREA */
const shares = (length, shorter, scale) =>
  Array.from({ length: shorter }, (_, at) => {
    const from = at * scale;
    const to = from + scale;
    const covered = Math.min(scale, length - from);
    const last = Math.min(Math.floor(to), length - 1);
    const first = Math.min(Math.ceil(from), last);
    const found = [];
    if (first - from > 1e-3) {
      found.push([first - 1, (first - from) / covered]);
    }
    for (let each = first; each < last; each += 1) {
      found.push([each, 1 / covered]);
    }
    if (to - last > 1e-3) {
      found.push([last, Math.min(to - last, 1, covered) / covered]);
    }
    return found;
  });

const resampled = ({ data, width, height }, columns, rows) => {
  const result = new Uint8ClampedArray(columns.length * rows.length * 4).fill(255);
  const across = new Float32Array(columns.length * height * 3);
  for (let x = 0; x < columns.length; x += 1) {
    for (const [from, weight] of columns[x]) {
      for (let y = 0, to = x * 3, at = from * 4; y < height; y += 1, to += columns.length * 3, at += width * 4) {
        across[to] += data[at] * weight;
        across[to + 1] += data[at + 1] * weight;
        across[to + 2] += data[at + 2] * weight;
      }
    }
  }
  const line = new Float32Array(columns.length * 3);
  for (let y = 0; y < rows.length; y += 1) {
    line.fill(0);
    for (const [from, weight] of rows[y]) {
      for (let at = 0, value = from * line.length; at < line.length; at += 1, value += 1) {
        line[at] += across[value] * weight;
      }
    }
    for (let x = 0; x < columns.length; x += 1) {
      const to = (y * columns.length + x) * 4;
      [result[to], result[to + 1], result[to + 2]] = [line[x * 3], line[x * 3 + 1], line[x * 3 + 2]];
    }
  }
  return { data: result, width: columns.length, height: rows.length };
};

/** A copy whose longest side is at most `longest`, each pixel the mean of those it covers. */
export const shrunk = (picture, longest) => {
  const scale = Math.max(picture.width, picture.height) / longest;
  if (scale <= 1) {
    return picture;
  }
  const columns = shares(picture.width, Math.round(picture.width / scale), scale);
  const rows = shares(picture.height, Math.round(picture.height / scale), scale);
  return resampled(picture, columns, rows);
};

/** A copy of exactly this size, by means. */
export const averaged = (picture, width, height) =>
  resampled(
    picture,
    shares(picture.width, width, picture.width / width),
    shares(picture.height, height, picture.height / height),
  );

/** Grey levels 0-255 as OpenCV makes them, whole numbers. */
export const greyOf = ({ data }) => {
  const grey = new Uint8Array(data.length / 4);
  for (let at = 0, pixel = 0; at < data.length; at += 4, pixel += 1) {
    grey[pixel] = (9798 * data[at] + 19235 * data[at + 1] + 3735 * data[at + 2] + 16384) >> 15;
  }
  return grey;
};

/** The middle of a picture, at most `side` pixels square. */
export const middleOf = ({ data, width, height }, side) => {
  const across = Math.min(side, width);
  const down = Math.min(side, height);
  const left = Math.floor((width - across) / 2);
  const top = Math.floor((height - down) / 2);
  const cut = new Uint8ClampedArray(across * down * 4);
  for (let y = 0; y < down; y += 1) {
    const from = ((top + y) * width + left) * 4;
    cut.set(data.subarray(from, from + across * 4), y * across * 4);
  }
  return { data: cut, width: across, height: down };
};
