// Duty: what Hadoop's own files say: core-site.xml and hdfs-site.xml of a directory.
// Invariants: nothing is looked for in the network; a file that is not there says nothing, one that is no XML is an error.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'

const FILES = ['core-site.xml', 'hdfs-site.xml'] as const
const LONGEST_CHAIN = 20

export interface HadoopProperty {
  readonly value: string
  /** The file that says it. */
  readonly file: string
}

export class HadoopConfiguration {
  readonly #properties: ReadonlyMap<string, HadoopProperty>
  /** For an error: where was looked. */
  readonly place: string

  constructor(properties: ReadonlyMap<string, HadoopProperty> = new Map(), place = 'HADOOP_CONF_DIR') {
    this.#properties = properties
    this.place = place
  }

  /** FILE_ACCESS_REFUSED for a file that cannot be read as XML. */
  static async read(directory: string): Promise<HadoopConfiguration> {
    const properties = new Map<string, HadoopProperty>()
    const read: string[] = []
    for (const name of FILES) {
      const file = path.join(directory, name)
      const found = await propertiesIn(file)
      if (found !== undefined) read.push(name)
      for (const [key, value] of found ?? []) properties.set(key, { value, file })
    }
    const files = read.length === 0 ? `${directory} (which has neither ${FILES.join(' nor ')})` : undefined
    return new HadoopConfiguration(properties, files ?? `${read.join(' or ')} in ${directory}`)
  }

  /** With what `${name}` in it stands for; undefined where no file says it. */
  find(name: string): HadoopProperty | undefined {
    const found = this.#properties.get(name)
    if (found === undefined) return undefined
    return { ...found, value: this.#expanded(found.value, 0) }
  }

  get(name: string): string | undefined {
    const value = this.find(name)?.value
    return value === '' ? undefined : value
  }

  /** Names with a comma between two of them. */
  list(name: string): readonly string[] {
    return (this.get(name) ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
  }

  #expanded(value: string, depth: number): string {
    if (depth === LONGEST_CHAIN) return value
    return value.replaceAll(/\$\{([^}]+)\}/g, (hole, name: string) => {
      const found = this.#properties.get(name)
      return found === undefined ? hole : this.#expanded(found.value, depth + 1)
    })
  }
}

/** Undefined where there is no such file. */
async function propertiesIn(file: string): Promise<[name: string, value: string][] | undefined> {
  try {
    const text = await readFile(file, 'utf8')
    const { parseXml, XmlElement } = await import('@rgrove/parse-xml')
    const { root } = parseXml(text)
    const elements = (root?.children ?? []).filter((node) => node instanceof XmlElement)
    return elements.flatMap(({ name: kind, children }) => {
      const parts = children.filter((node) => node instanceof XmlElement)
      const textOf = (name: string): string | undefined => parts.find((part) => part.name === name)?.text.trim()
      const key = textOf('name')
      return kind === 'property' && key !== undefined ? [[key, textOf('value') ?? '']] : []
    })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    const reason = messageOf(error).split('\n')[0] ?? ''
    throw new FlinkError('FILE_ACCESS_REFUSED', { path: file, operation: 'read', reason }, { cause: error })
  }
}
