/**
 * Places for labels that want to stand at ascending positions but not closer together than `gap`: each as near to
 * where it wants to stand as the others let it, in the sense of least squares (isotonic regression by pooling adjacent
 * violators; Ayer et al., 1955), and all between 0 and `limit` where there is room for them.
 *
 * @param wanted positions, ascending.
 */
export function spread(wanted: readonly number[], gap: number, limit: number): readonly number[] {
  const blocks: { sum: number; count: number }[] = [];
  wanted.forEach((position, index) => {
    let block = { sum: position - index * gap, count: 1 };
    for (let last = blocks.at(-1); last !== undefined && mean(last) >= mean(block); last = blocks.at(-1)) {
      block = { sum: block.sum + last.sum, count: block.count + last.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  const highest = Math.max(0, limit - (wanted.length - 1) * gap);
  return blocks
    .flatMap((block) => Array<number>(block.count).fill(Math.min(Math.max(mean(block), 0), highest)))
    .map((offset, index) => offset + index * gap);
}

function mean({ sum, count }: { readonly sum: number; readonly count: number }): number {
  return sum / count;
}
