import { ReasonError } from '../../../core/errors/reason-error.js'

export interface JaasEntry {
  /** The name of the module without its package: `PlainLoginModule`. */
  readonly module: string
  readonly options: ReadonlyMap<string, string>
}

const FLAGS = new Set(['required', 'requisite', 'sufficient', 'optional'])

/** `org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="secret";` */
export function parsedJaasConfig(text: string): JaasEntry {
  const trimmed = text.trim()
  if (!trimmed.endsWith(';')) throw new ReasonError('it has no ; at its end')
  const head = /^([\w.$]+)\s+(\w+)/.exec(trimmed)
  const [, className = '', flag = ''] = head ?? []
  if (!FLAGS.has(flag.toLowerCase())) throw new ReasonError('it has to begin with a login module and the word required')
  const options = new Map<string, string>()
  let rest = trimmed.slice(head?.[0].length ?? 0, -1).trim()
  while (rest !== '') {
    const option = /^([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))\s*/.exec(rest)
    if (option === null) throw new ReasonError('what follows the module has to be options like username="alice"')
    const [whole, name = '', double, single, bare] = option
    options.set(name, bare ?? (double ?? single ?? '').replaceAll(/\\(.)/g, '$1'))
    rest = rest.slice(whole.length)
  }
  return { module: className.slice(className.lastIndexOf('.') + 1), options }
}
