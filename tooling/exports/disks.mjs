// Exports to disks, and with temporary folders, that do not take them. What needs a small disk mounts one, which takes
// root on Linux; the rest runs everywhere.
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { EXPORTS, hindered } from './trials.mjs';

/** Disks as large as what an export writes, and smaller and larger ones. */
const DISK_KIB = [8, 16, 24, 32, 64, 128, 256, 1024, 1200, 1240];

/** Sizes in blocks of 512 bytes that no file may exceed. */
const FILE_BLOCKS = [1, 8, 12, 64, 512];

const PAGE = { args: ['plot', '--out', 'old.html', '--out', 'new.json'], names: ['old.html', 'new.json'] };

/**
 * Trials by name.
 *
 * @param mayMount whether to mount disks where that is possible.
 */
export function diskTrials(mayMount = true) {
  return { ...anywhere(), ...(mayMount && canMount() ? mounted() : {}) };
}

function anywhere() {
  return {
    'no temporary folder': () => hindered(EXPORTS.figure, [0], { env: { TMPDIR: '/nonexistent/folder' } }),
    'a temporary folder that is a file': () =>
      hindered(EXPORTS.figure, [0], { env: { TMPDIR: process.execPath } }),
    ...Object.fromEntries(
      FILE_BLOCKS.map((blocks) => [
        `files of at most ${blocks} blocks`,
        () => hindered(PAGE, [3], { wrap: shell(`trap '' XFSZ; ulimit -f ${blocks}`) }),
      ]),
    ),
  };
}

function mounted() {
  const readOnlyHome = ['/tmp', '/dev/shm'].map((folder) => `mount -t tmpfs -o ro none ${folder}`);
  const cache = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/kv`;
  const readOnlyCache = `mount --bind ${cache} ${cache} && mount -o remount,ro,bind ${cache}`;
  return {
    'a temporary folder that is full': () =>
      hindered(EXPORTS.figure, [0], {}, ({ scratch }, fill) => mount(scratch, 'size=64k', fill)),
    'a temporary folder that is read-only': () =>
      hindered(EXPORTS.figure, [0], {}, ({ scratch }, fill) => mount(scratch, 'ro', fill)),
    'no place for temporary files': () =>
      hindered(EXPORTS.figure, [3], {
        env: { TMPDIR: '/nonexistent/folder' },
        wrap: ['unshare', '-m', ...shell([...readOnlyHome, readOnlyCache].join(' && '))],
      }),
    'a disk that is read-only': () =>
      hindered(EXPORTS.figure, [2], {}, ({ out }, fill) => {
        const restore = mount(out, 'size=1m', fill);
        spawnSync('mount', ['-o', 'remount,ro', out]);
        return restore;
      }),
    ...Object.fromEntries(
      DISK_KIB.flatMap((size) =>
        Object.entries(EXPORTS).map(([name, item]) => [
          `${name} to a disk of ${size} KiB`,
          () => hindered(item, [0, 3], {}, ({ out }, fill) => mount(out, `size=${size}k`, fill)),
        ]),
      ),
    ),
  };
}

/** A shell that runs a line, and then what follows. */
function shell(line) {
  return ['sh', '-c', `${line}; exec "$@"`, 'sh'];
}

function canMount() {
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
}

/** Mounts a small disk on a folder, and then lets the old files be written; returns what takes it away again. */
function mount(folder, options, fill) {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]);
  if (status !== 0) {
    throw new Error(`No disk can be mounted: ${stderr}`);
  }
  fill();
  return () => spawnSync('umount', ['-l', folder]);
}
