import { lettersOf, nearestName } from '../../core/errors/nearest-name.js'
import type { CliOption } from './cli-option.js'

/** Letters of a name that are more than a chance. */
const LEAST_PART = 4

/** What is wrong with a word that looks like an option and is none of `options`, and what was most likely meant. */
export function unrecognizedOption(token: string, options: readonly CliOption[]): string {
  const unrecognized = `Unrecognized option: ${token}`
  const [name = token] = token.split('=')
  const known = options.find(({ short, long }) => name === `-${short ?? ''}` || name === `--${long ?? ''}`)
  if (known !== undefined && name !== token) return `${unrecognized}\n(${name} takes no value.)`
  const near = nearestOption(name, options)
  return near === undefined ? unrecognized : `${unrecognized}\n(Did you mean ${near}?)`
}

/** As it is written: the long form of an option with one. One letter is too near to every other to mean one of them. */
function nearestOption(token: string, options: readonly CliOption[]): string | undefined {
  const name = token.replace(/^-+/, '')
  if (name.length < 2) return undefined
  const isShort = !token.startsWith('--')
  const forms = new Map<string, string>()
  for (const { short = '', long, hidden } of options) {
    if (hidden === true) continue
    const form = long === undefined ? `-${short}` : `--${long}`
    if (short.length > 1 && (isShort || long === undefined)) forms.set(short, form)
    if (long !== undefined) forms.set(long, form)
  }
  const near = nearestName(name, forms.keys()) ?? onlyOneWith(name, [...forms.keys()])
  return near === undefined ? undefined : forms.get(near)
}

/** `--savepoint` for `--fromSavepoint`. */
function onlyOneWith(part: string, names: readonly string[]): string | undefined {
  const found = names.filter((name) => part.length >= LEAST_PART && lettersOf(name).includes(lettersOf(part)))
  return found.length === 1 ? found[0] : undefined
}
