import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CHECKER = fileURLToPath(new URL('./packaged-program-syntax-checker.js', import.meta.url))
const CHECK_TIMEOUT_MS = 30_000

/** `file:///job.mjs:3`, the line and the caret: what Node puts before the stack of a decorated error. */
const LOCATION = /^(?<place>(?:file:\/\/|\/|[A-Za-z]:\\)[^\n]*:\d+)\n(?<code>[^\n]*)\n(?<caret>[ \t]*\^+)/m

/**
 * Where a syntax error stands: file and line, the line itself, a caret; undefined when no file of the program has one.
 * An import tells the position of some errors only, so the rest is found by parsing the files again, in a process of its
 * own because that needs a flag of Node. It runs none of them.
 */
export async function findSyntaxError(error: SyntaxError, moduleUrl: string): Promise<string | undefined> {
  return locationIn(error.stack ?? '') ?? locationIn(await parseAgain(moduleUrl))
}

function parseAgain(moduleUrl: string): Promise<string> {
  const parameters = ['--experimental-vm-modules', '--no-warnings', CHECKER, moduleUrl]
  return new Promise((resolve) => {
    // A failing exit code is the expected outcome: the answer is on stderr.
    execFile(process.execPath, parameters, { timeout: CHECK_TIMEOUT_MS, env: {} }, (_failure, _stdout, stderr) => {
      resolve(stderr)
    })
  })
}

function locationIn(text: string): string | undefined {
  const { place, code, caret } = LOCATION.exec(text)?.groups ?? {}
  if (place === undefined || code === undefined || caret === undefined) return undefined
  const shownPlace = place.startsWith('file:') ? pathWithLine(place) : place
  return `${shownPlace}\n${code}\n${caret}`
}

function pathWithLine(place: string): string {
  const colon = place.lastIndexOf(':')
  const url = new URL(place.slice(0, colon))
  url.search = ''
  return `${fileURLToPath(url)}${place.slice(colon)}`
}
