/**
 * The function, with each answer worked out once: a model repeats few layers, each the same object, and a search comes
 * back to values.
 */
export function remember<Key, Value>(answer: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    if (!known.has(key)) {
      known.set(key, answer(key));
    }
    return known.get(key) as Value;
  };
}
