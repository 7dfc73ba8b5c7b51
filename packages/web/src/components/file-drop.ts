import { useEffect, useState } from 'preact/hooks';

/** Whether something is held over the page; hands on files that are dropped there, and text that is pasted outside of a field. */
export function useFileDrop(
  onFiles: (files: readonly File[]) => void,
  onText: (text: string) => void,
): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') ?? false) {
        event.preventDefault();
        setOver(true);
      }
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) {
        setOver(false);
      }
    };
    const drop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      setOver(false);
      if (files.length > 0) {
        event.preventDefault();
        onFiles(files);
      }
    };
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData('text/plain') ?? '';
      const isInField = event.target instanceof HTMLInputElement;
      if (files.length > 0) {
        onFiles(files);
      } else if (text.trim() !== '' && (!isInField || text.trimStart().startsWith('{'))) {
        event.preventDefault();
        onText(text);
      }
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  });
  return isOver;
}
