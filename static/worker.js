// Starts one worker: the first message brings the program's compiled module, the query names its
// glue, the worker's name says what it is to do. What comes early is kept and handed over in order.
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
  const address = new URL(self.location.href).searchParams.get("glue");
  const glue = await import(address);
  await first;
  glue.initSync(early.shift());
  self.removeEventListener("message", keep);
  for (const data of early) {
    self.dispatchEvent(new MessageEvent("message", { data }));
  }
} catch (error) {
  // An error in a module's own code does not reach the parent by itself.
  self.reportError(error);
}
