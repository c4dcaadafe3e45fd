import { FlinkError } from '../errors/flink-error.js'
import type { ParsedEntry, ParsedFile } from './flat-configuration-parser.js'
import { formatConfigValue } from './value-parsers.js'

/** `config.yaml`: YAML 1.2, nested mappings joined by dots, flat dotted keys mixed in. Loads the yaml package. */
export async function parseYamlConfiguration(text: string, file: string): Promise<ParsedFile> {
  const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, uniqueKeys: true })
  const lineOf = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
  const fail = (line: number, reason: string): FlinkError =>
    new FlinkError('CONFIG_YAML_INVALID', { file, line, reason })
  const [problem] = document.errors
  if (problem !== undefined) throw fail(lineOf(problem.pos[0]), problem.message.split('\n')[0] ?? problem.message)
  const entries: ParsedEntry[] = []

  function visit(written: unknown, path: readonly string[], line: number): void {
    const node: unknown = isAlias(written) ? written.resolve(document) : written
    if (isMap(node)) {
      for (const pair of node.items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
        const offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined
        visit(pair.value, [...path, key], lineOf(offset))
      }
    } else if (isSeq(node)) {
      const items = node.items.map((item) => (isScalar(item) ? scalarText(item) : String(item)))
      entries.push({ key: path.join('.'), value: formatConfigValue(items), line })
    } else if (isScalar(node) && node.value !== null) {
      entries.push({ key: path.join('.'), value: scalarText(node), line })
    } else {
      throw fail(line, `the key ${path.join('.')} has no value`)
    }
  }

  if (document.contents !== null) {
    if (!isMap(document.contents)) throw fail(1, 'the file is not a mapping of keys to values')
    visit(document.contents, [], 1)
  }
  return { entries, warnings: [] }
}

/** Numbers and booleans go back to the text that stands in the file. */
function scalarText(scalar: { readonly value: unknown; readonly source?: string }): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value))
}
