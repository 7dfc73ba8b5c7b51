/** Numbers from 0 to 1 that depend on the seed only (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const integer = (random, least, most) => least + Math.floor(random() * (most - least + 1));
export const oneOf = (random, items) => items[Math.floor(random() * items.length)];
export const maybe = (random, key, value) => (random() < 0.4 ? { [key]: value } : {});

/** Up to 2^bits, small ones as likely as large ones. */
export const scaled = (random, bits) => Math.max(1, Math.floor(2 ** (random() * bits)));
