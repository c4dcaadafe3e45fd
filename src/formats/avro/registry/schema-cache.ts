import type { Type } from 'avsc'
import type { AvroOptions } from '../avro-schema.js'
import type { SchemaRegistryClient } from './schema-registry-client.js'

/** How often an id that the registry did not know is met before it is asked for again: garbage must not be one request a message. */
const ASKED_AGAIN_AFTER = 100

/** The schema of a message, and how its values become those of the reader; undefined where they are the same. */
export interface WriterSchema {
  readonly type: Type
  readonly resolver: ReturnType<Type['createResolver']> | undefined
}

/** The schemas that messages name, each asked for once; as many as `capacity`, the oldest give way. */
export class SchemaCache {
  readonly #client: SchemaRegistryClient
  readonly #reader: Type | undefined
  readonly #options: AvroOptions
  readonly #capacity: number
  readonly #known = new Map<number, WriterSchema>()
  readonly #unknown = new Map<number, number>()
  /** Why values of a schema cannot be read as the reader's: that is so for each message of it. */
  readonly #unreadable = new Map<number, unknown>()

  constructor(
    client: SchemaRegistryClient,
    { reader, options, capacity }: { reader: Type | undefined; options: AvroOptions; capacity: number },
  ) {
    this.#client = client
    this.#reader = reader
    this.#options = options
    this.#capacity = capacity
  }

  /** Undefined where the registry has none of that id. Throws where its values cannot be read as the reader's. */
  get(id: number): WriterSchema | undefined {
    return this.#known.get(id) ?? this.#ask(id)
  }

  #ask(id: number): WriterSchema | undefined {
    if (this.#unreadable.has(id)) throw this.#unreadable.get(id)
    const times = this.#unknown.get(id) ?? 0
    if (times % ASKED_AGAIN_AFTER !== 0) {
      this.#unknown.set(id, times + 1)
      return undefined
    }
    const type = this.#client.schemaById(id, this.#options)
    if (type === undefined) {
      put(this.#unknown, [id, times + 1], this.#capacity)
      return undefined
    }
    this.#unknown.delete(id)
    const writer = { type, resolver: this.#resolverOf(id, type) }
    put(this.#known, [id, writer], this.#capacity)
    return writer
  }

  #resolverOf(id: number, writer: Type): WriterSchema['resolver'] {
    try {
      return this.#reader?.createResolver(writer)
    } catch (error) {
      put(this.#unreadable, [id, error], this.#capacity)
      throw error
    }
  }
}

function put<V>(map: Map<number, V>, [id, value]: readonly [number, V], capacity: number): void {
  map.set(id, value)
  if (map.size <= capacity) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
