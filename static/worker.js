// Starts one worker of the playground. The page and its workers are one program: the first message
// brings the program's compiled WebAssembly module, this file's query names its glue script, and the
// program reads from the worker's name what it is to do. Whatever arrives before the program listens
// is kept and handed over in order.
const early = [];
let arrived;
const first = new Promise((resolve) => {
  arrived = resolve;
});
const keep = (event) => {
  early.push(event.data);
  arrived();
};
self.addEventListener("message", keep);

try {
  const glue = await import(new URL(self.location.href).searchParams.get("glue"));
  await first;
  const { module } = early.shift();
  glue.initSync({ module });
  self.removeEventListener("message", keep);
  for (const data of early) {
    self.dispatchEvent(new MessageEvent("message", { data }));
  }
} catch (error) {
  // An error in a module's own code does not reach the parent by itself.
  self.reportError(error);
}
