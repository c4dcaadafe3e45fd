import type * as yamlPackage from 'yaml'
import { FlinkError } from '../errors/flink-error.js'
import type { ParsedEntry, ParsedFile } from './flat-configuration-parser.js'
import { formatConfigValue } from './value-parsers.js'
import { YamlUnfolding } from './yaml-unfolding.js'

/**
 * `config.yaml`: YAML 1.2, nested mappings joined by dots, flat dotted keys mixed in, and the merge key `<<`. Loads the yaml
 * package. CONFIG_YAML_INVALID names the line, also of what would unfold without end.
 */
export async function parseYamlConfiguration(text: string, file: string): Promise<ParsedFile> {
  const yaml = await import('yaml')
  const lines = new yaml.LineCounter()
  const lineOf = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
  const fail = (line: number, reason: string): FlinkError =>
    new FlinkError('CONFIG_YAML_INVALID', { file, line, reason })
  try {
    // Keys that come twice are found while unfolding: the package compares each with each.
    const document = yaml.parseDocument(text, { version: '1.2', lineCounter: lines, uniqueKeys: false })
    const [problem] = document.errors
    if (problem !== undefined) throw fail(lineOf(problem.pos[0]), firstLine(problem.message))
    if (document.contents === null) return { entries: [], warnings: [] }
    if (!yaml.isMap(document.contents)) throw fail(1, 'the file is not a mapping of keys to values')
    const unfolding = new YamlUnfolding(yaml, document, (offset, reason) => fail(lineOf(offset), reason))
    return { entries: entriesOf(yaml, unfolding, document.contents, lineOf), warnings: [] }
  } catch (error) {
    if (error instanceof RangeError) throw fail(1, 'it is nested too deeply. Write keys with dots')
    throw error
  }
}

function entriesOf(
  yaml: typeof yamlPackage,
  unfolding: YamlUnfolding,
  contents: yamlPackage.YAMLMap,
  lineOf: (offset: number | undefined) => number,
): ParsedEntry[] {
  const entries: ParsedEntry[] = []
  const visit = (map: yamlPackage.YAMLMap, path: readonly string[]): void => {
    for (const [key, { value, offset }] of unfolding.pairsOf(map, path.length)) {
      const at = [...path, key]
      const [name, line] = [at.join('.'), lineOf(offset)]
      if (yaml.isMap(value)) {
        visit(value, at)
      } else if (yaml.isSeq(value)) {
        const items = unfolding.itemsOf(value).map((item) => (yaml.isScalar(item) ? scalarText(item) : String(item)))
        entries.push({ key: name, value: formatConfigValue(items), line })
      } else if (yaml.isScalar(value) && value.value !== null) {
        entries.push({ key: name, value: scalarText(value), line })
      } else {
        throw unfolding.refused(offset, `the key ${name} has no value`)
      }
    }
  }
  visit(contents, [])
  return entries
}

/** Numbers and booleans go back to the text that stands in the file. */
function scalarText(scalar: { readonly value: unknown; readonly source?: string }): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value))
}

function firstLine(message: string): string {
  const [line = message] = message.split('\n')
  return /call stack/.test(line) ? 'it is nested too deeply. Write keys with dots' : line
}
