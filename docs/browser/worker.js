// Python, beside the page: it gets files and command lines, and says what they say.
// BASE is the address of the page's folder, which whoever starts this has put before it.
importScripts(`${BASE}packages/pyodide.js`);

const HOME = "/home";
// Here files are seen by the names that they have on the page.
const FOLDER = `${HOME}/files`;

const started = start().catch(fail);
let python;
let shell;
// Where the files that were chosen last are mounted.
let chosen = "";
let times = 0;
// Whether a file could not be read. Browsers do not read one that was changed after it was chosen.
let unread = false;
const EIO = 29;

async function start() {
  python = await loadPyodide({ indexURL: `${BASE}packages/`, env: { HOME, NO_COLOR: "1" } });
  const response = await fetch(`${BASE}packages/python.zip`);
  if (!response.ok) throw new Error(`python.zip: ${response.status}`);
  python.unpackArchive(await response.arrayBuffer(), "zip", { extractDir: `${HOME}/python` });
  python.FS.mkdir(FOLDER);
  const { stream_ops: operations } = python.FS.filesystems.WORKERFS;
  const { read } = operations;
  operations.read = (...what) => {
    try {
      return read(...what);
    } catch {
      // Python gets an error as from a disk, and goes on.
      unread = true;
      throw new python.FS.ErrnoError(EIO);
    }
  };
  for (const [set, name] of [["setStdout", "out"], ["setStderr", "err"]]) {
    const decoder = new TextDecoder();
    python[set]({
      isatty: name === "out",
      write(bytes) {
        postMessage({ [name]: decoder.decode(bytes, { stream: true }) });
        return bytes.length;
      },
    });
  }
  // There is no standard input.
  python.setStdin({ stdin: () => null, isatty: true });
  python.runPython(`import sys; sys.path.insert(0, "${HOME}/python")`);
  shell = python.pyimport("shell");
  shell.start(FOLDER);
  postMessage({ ready: JSON.parse(shell.choices()) });
}

// Files stay where they are, and are read from there as they are asked for.
function choose(files) {
  const { FS } = python;
  for (const name of FS.readdir(FOLDER)) {
    if (FS.isLink(FS.lstat(`${FOLDER}/${name}`).mode)) FS.unlink(`${FOLDER}/${name}`);
  }
  if (chosen) FS.unmount(chosen);
  chosen = `/chosen-${(times += 1)}`;
  FS.mkdir(chosen);
  FS.mount(FS.filesystems.WORKERFS, { blobs: files.map(({ name, file }) => ({ name, data: file })) }, chosen);
  for (const name of new Set(files.map((one) => one.name.split("/")[0]))) {
    FS.symlink(`${chosen}/${name}`, `${FOLDER}/${name}`);
  }
}

onmessage = async ({ data }) => {
  await started;
  if (!shell) return;
  try {
    if (data.files) choose(data.files);
    if (data.line !== undefined) {
      unread = false;
      const code = shell.run(data.line, data.columns);
      if (unread) postMessage({ err: "hint: a file that was changed after it was chosen is to be chosen again\n" });
      const made = JSON.parse(shell.made()).map((name) => [name, python.FS.readFile(`${FOLDER}/${name}`)]);
      postMessage({ code, made }, made.map(([, bytes]) => bytes.buffer));
    }
  } catch (error) {
    fail(error);
  }
};

// Of a traceback, the last line says what it was.
function fail(error) {
  postMessage({ failed: String(error.message ?? error).trim().split("\n").at(-1) });
}
