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

async function start() {
  python = await loadPyodide({ indexURL: `${BASE}packages/`, env: { HOME, NO_COLOR: "1" } });
  const response = await fetch(`${BASE}packages/python.zip`);
  if (!response.ok) throw new Error(`python.zip: ${response.status}`);
  python.unpackArchive(await response.arrayBuffer(), "zip", { extractDir: `${HOME}/python` });
  python.FS.mkdir(FOLDER);
  for (const [set, name] of [["setStdout", "out"], ["setStderr", "err"]]) {
    const decoder = new TextDecoder();
    python[set]({
      write(bytes) {
        postMessage({ [name]: decoder.decode(bytes, { stream: true }) });
        return bytes.length;
      },
    });
  }
  // There is no standard input.
  python.setStdin({ stdin: () => null });
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
  for (const { name } of files) {
    shell.discard(name);
    FS.symlink(`${chosen}/${name}`, `${FOLDER}/${name}`);
  }
}

onmessage = async ({ data }) => {
  await started;
  if (!shell) return;
  try {
    if (data.files) choose(data.files);
    if (data.line !== undefined) {
      const code = shell.run(data.line, data.columns);
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
