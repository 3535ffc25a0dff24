// The colours before anything is drawn: what the person chose at an earlier visit, else what the system has. Once the
// program runs, it keeps them up to date. No module, so that the page waits for it and does not flash.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("aurex.theme");
  } catch {
    // Storage is switched off: the system's colours are used.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : system;
}
