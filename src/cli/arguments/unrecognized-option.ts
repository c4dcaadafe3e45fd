import { nearestName } from '../../core/errors/nearest-name.js'
import type { CliOption } from './cli-option.js'

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
function nearestOption(name: string, options: readonly CliOption[]): string | undefined {
  const forms = new Map<string, string>()
  for (const { short = '', long, hidden } of options) {
    if (hidden === true) continue
    const form = long === undefined ? `-${short}` : `--${long}`
    if (short.length > 1) forms.set(short, form)
    if (long !== undefined) forms.set(long, form)
  }
  const near = name.replace(/^-+/, '').length < 2 ? undefined : nearestName(name, forms.keys())
  return near === undefined ? undefined : forms.get(near)
}
