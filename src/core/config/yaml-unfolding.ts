import type * as yamlPackage from 'yaml'
import type { FlinkError } from '../errors/flink-error.js'

/** More than any configuration has: a few aliases of aliases are as good as endless without a bound. */
const MOST_VALUES = 100_000
const DEEPEST = 100
const MERGE_KEY = '<<'

export interface UnfoldedPair {
  /** No alias. */
  readonly value: unknown
  /** Of the key, in the text. */
  readonly offset: number | undefined
}

/** Follows aliases and merge keys of a YAML document, as far as a configuration may go. */
export class YamlUnfolding {
  readonly refused: (offset: number | undefined, reason: string) => FlinkError
  readonly #yaml: typeof yamlPackage
  readonly #targets = new Map<unknown, unknown>()
  #values = 0

  constructor(
    yaml: typeof yamlPackage,
    document: yamlPackage.Document.Parsed,
    refused: (offset: number | undefined, reason: string) => FlinkError,
  ) {
    this.#yaml = yaml
    this.refused = refused
    this.#findTargets(document)
  }

  /** Keys and values of a mapping with those that it merges, of which its own go first. */
  pairsOf(map: yamlPackage.YAMLMap, depth: number): Map<string, UnfoldedPair> {
    const { isScalar } = this.#yaml
    const own = new Map<string, UnfoldedPair>()
    const merged = new Map<string, UnfoldedPair>()
    for (const { key: node, value } of map.items) {
      const offset = isScalar(node) ? node.range?.[0] : undefined
      this.#count(depth, offset)
      const key = isScalar(node) ? String(node.value) : String(node)
      if (own.has(key)) throw this.refused(offset, `the key ${key} comes twice: Map keys must be unique`)
      if (isScalar(node) && node.type === 'PLAIN' && key === MERGE_KEY) {
        for (const pair of this.#mergedPairs(value, depth + 1, offset)) merged.set(...pair)
      } else {
        own.set(key, { value: this.#resolve(value, offset), offset })
      }
    }
    return new Map([...merged, ...own])
  }

  itemsOf(list: yamlPackage.YAMLSeq): unknown[] {
    return list.items.map((item) => {
      this.#count(0, list.range?.[0])
      return this.#resolve(item, list.range?.[0])
    })
  }

  /** Of several mappings the first one goes first. */
  #mergedPairs(written: unknown, depth: number, offset: number | undefined): [string, UnfoldedPair][] {
    const { isMap, isSeq } = this.#yaml
    const value = this.#resolve(written, offset)
    const maps = isSeq(value) ? this.itemsOf(value).reverse() : [value]
    return maps.flatMap((map) => {
      if (isMap(map)) return [...this.pairsOf(map, depth)]
      throw this.refused(offset, `${MERGE_KEY} takes a mapping or a list of mappings`)
    })
  }

  #resolve(written: unknown, offset: number | undefined): unknown {
    if (!this.#yaml.isAlias(written)) return written
    const target = this.#targets.get(written)
    if (target === undefined) throw this.refused(offset, `the alias *${written.source} stands for nothing before it`)
    return target
  }

  #count(depth: number, offset: number | undefined): void {
    this.#values += 1
    if (depth > DEEPEST) {
      const reason = `it is nested deeper than ${String(DEEPEST)} levels, or an anchor holds itself. Write keys with dots`
      throw this.refused(offset, reason)
    }
    if (this.#values > MOST_VALUES) {
      const reason = `it unfolds to more than ${String(MOST_VALUES)} values. Take aliases within anchors away`
      throw this.refused(offset, reason)
    }
  }

  /** An alias stands for the last node with its anchor before it. Once through: the package asks the document each time. */
  #findTargets(document: yamlPackage.Document.Parsed): void {
    const anchors = new Map<string, unknown>()
    this.#yaml.visit(document, {
      Alias: (_key, alias) => void this.#targets.set(alias, anchors.get(alias.source)),
      Value: (_key, node) => {
        if (node.anchor !== undefined) anchors.set(node.anchor, node)
      },
    })
  }
}
