import { fileURLToPath } from 'node:url'

const PACKAGE = new URL('../../../..', import.meta.url)
/** Source maps show the engine's frames under src/, without them they are under dist/lib/. As a URL and as a path. */
const ENGINE_PLACES: readonly string[] = [PACKAGE.pathname, fileURLToPath(PACKAGE)].flatMap((root) =>
  ['src/', 'dist/lib/', 'bin/'].map((folder) => root + folder),
)

/**
 * The frames of a stack that are the user's own: neither the engine's (files under `enginePlaces`, spelled as in the stack),
 * nor Node's, nor built-in functions. Trimmed, innermost first.
 */
export function userFrames(stack: string, enginePlaces: readonly string[] = ENGINE_PLACES): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .filter((line) => !enginePlaces.some((place) => line.includes(place)) && !isBuiltIn(line))
}

/**
 * `at Array.map (<anonymous>)`, `at node:internal/x:1:2`, `at f (node:fs:1:2)`. A frame such as
 * `at Object.<anonymous> (/job.js:1:2)` has a place in a file and is kept.
 */
function isBuiltIn(frame: string): boolean {
  return /\(<anonymous>\)$|\(native\)$|^at (async )?<anonymous>$|[( ]node:[\w/]+:\d+:\d+\)?$/.test(frame)
}
