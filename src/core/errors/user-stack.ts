/**
 * The frames of a stack that are the user's own: neither the engine's (files under `engineRoot`, spelled as in the stack),
 * nor Node's, nor built-in functions. Trimmed, innermost first.
 */
export function userFrames(stack: string, engineRoot: string): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .filter((line) => !line.includes(engineRoot) && !isBuiltIn(line))
}

/**
 * `at Array.map (<anonymous>)`, `at node:internal/x:1:2`, `at f (node:fs:1:2)`. A frame such as
 * `at Object.<anonymous> (/job.js:1:2)` has a place in a file and is kept.
 */
function isBuiltIn(frame: string): boolean {
  return /\(<anonymous>\)$|\(native\)$|^at (async )?<anonymous>$|[( ]node:[\w/]+:\d+:\d+\)?$/.test(frame)
}
