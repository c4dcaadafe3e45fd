// Duty: a failure in one line, for those who look for its place in their own code: restarts, ends, a check. Any thread.
import { causeOf, isError, messageOf, textOfError, userFrames } from './thrown-value.js'

const CAUSE_CHARS = 400
const DEEPEST_CAUSE = 16
/** The second line of a syntax error that came from a worker. */
const LINE_OF_FILE = /^\S.*:\d+$/
/** Name and place; what a module evaluated anew has after its name is left out. */
const FRAME = /^at (?:(.*?) \()?(?:file:\/\/)?([^?]*)(?:\?[^:]*)?(:\d+:\d+)\)?$/

/** The whole message of whatever was thrown, and where in the user's own code. */
export function messageWithPlace(thrown: unknown): string {
  const place = isError(thrown) ? chainOf(thrown).place : undefined
  return place === undefined ? messageOf(thrown) : `${messageOf(thrown)} (${place})`
}

/** The stacks of the error and of its causes: what the user wrote is mostly in the last of them. */
export function stackWithCauses(error: Error): string {
  const stacks = chainOf(error).chain.map((each) => textOfError(each, 'stack') ?? `${each.name}: ${each.message}`)
  return stacks.join('\nCaused by: ')
}

/** What failed, what lies at the bottom of it where the error does not say so itself, and where in the user's own code. */
export function withReason(error: Error): string {
  const { chain, place } = chainOf(error)
  const innermost = firstLine(chain.at(-1) ?? error)
  const [outer = '', ...causes] = chain.map(firstLine)
  // An error on the way that repeats it says more, such as which operator it is of.
  const inner = causes.find((line) => line.includes(innermost)) ?? innermost
  const what = outer.includes(innermost) ? outer : `${outer}: ${inner}`
  return place === undefined ? what : `${what} (${place})`
}

/** The error and its causes, and the place of the innermost of them that has one. */
function chainOf(error: Error): { readonly chain: readonly Error[]; readonly place: string | undefined } {
  const chain = [error]
  let place = placeOf(error)
  for (let cause = causeOf(error); isError(cause) && chain.length <= DEEPEST_CAUSE; cause = causeOf(cause)) {
    chain.push(cause)
    place = placeOf(cause) ?? place
  }
  return { chain, place }
}

/** The innermost frame that is the user's, of a package only where there is no other: `at Parse.flatMap /srv/status.ts:14:27`. */
function placeOf(error: Error): string | undefined {
  const frames = userFrames(textOfError(error, 'stack') ?? '')
  const frame = frames.find((candidate) => !candidate.includes('/node_modules/')) ?? frames[0]
  const [, name, file, position] = FRAME.exec(frame ?? '') ?? []
  if (file === undefined || position === undefined) return undefined
  return `at ${name === undefined ? '' : `${name} `}${file}${position}`
}

function firstLine(cause: Error): string {
  const [text = '', place = ''] = cause.message.split('\n', 2)
  const line = cause.name === 'SyntaxError' && LINE_OF_FILE.test(place) ? `${text} (${place})` : text
  const cut = line.length > CAUSE_CHARS ? `${line.slice(0, CAUSE_CHARS)}...` : line
  return cut.replace(/\.$/, '')
}
