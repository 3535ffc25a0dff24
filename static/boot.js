// Checks what the program needs, then loads it; what is missing is said in words. Trunk writes the
// links with the hashed names.

const NEEDS = [
  ["WebAssembly", () => typeof WebAssembly === "object" && typeof WebAssembly.validate === "function"],
  // A function that returns a 128-bit vector.
  ["WebAssembly SIMD (128-bit vectors)", () => WebAssembly.validate(new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
  ]))],
  ["web workers", () => typeof Worker === "function"],
  ["BroadcastChannel", () => typeof BroadcastChannel === "function"],
];

function say(...sentences) {
  const boot = document.getElementById("boot");
  const text = document.getElementById("boot-text");
  if (!boot || !text) return;
  text.textContent = sentences[0];
  for (const sentence of sentences.slice(1)) {
    const line = document.createElement("p");
    line.textContent = sentence;
    boot.append(line);
  }
}

function missing() {
  return NEEDS.filter(([, present]) => {
    try {
      return !present();
    } catch {
      return true;
    }
  }).map(([name]) => name);
}

async function boot() {
  const lacks = missing();
  if (lacks.length > 0) {
    say(
      `This browser lacks ${lacks.join(", ")}.`,
      "The network runs in web workers that talk over BroadcastChannel and hash with WebAssembly SIMD. " +
        "Current versions of Firefox, Chrome, Edge and Safari (16.4 or newer) have all of it.",
    );
    return;
  }
  const glue = document.getElementById("aurex-glue")?.href;
  const wasm = document.getElementById("aurex-wasm")?.href;
  if (!glue || !wasm) {
    say("This page was built without the names of its program files. Build it with `cargo xtask dist`.");
    return;
  }
  try {
    const program = await import(glue);
    await program.default({ module_or_path: wasm });
  } catch (error) {
    console.error(error);
    say("The program could not be loaded.", String(error), "Reload the page to try again.");
  }
}

boot();
