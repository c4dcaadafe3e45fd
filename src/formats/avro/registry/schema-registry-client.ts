import type { Type } from 'avsc'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { AvroOptions, AvroSchema } from '../avro-schema.js'
import { avroTypeOf } from '../avro-type.js'
import { requestBlocking, type RegistryAnswer, type RegistryRequest } from './blocking-request.js'
import type { RegistrySettings } from './registry-settings.js'

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
const NOT_FOUND = 404
/** The registry's own words for it: no such subject, version, schema. Whoever else answers 404 does so for every schema. */
const UNKNOWN_TO_REGISTRY: ReadonlySet<unknown> = new Set([40401, 40402, 40403])
const FIRST_OF_REFUSALS = 300
const SHOWN_CHARACTERS = 300

interface Reference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

interface StoredSchema {
  readonly schema: string
  readonly schemaType?: string
  readonly references?: readonly Reference[]
}

/** A schema with those that it refers to. */
interface Resolving {
  readonly options: AvroOptions
  /** The types so far. */
  readonly registry: Record<string, Type>
  /** Those that refer to each other down to this one. */
  readonly within: readonly string[]
}

/**
 * The requests to a schema registry, by Confluent's REST interface. SCHEMA_REGISTRY_FAILED where it does not answer, also not after some
 * tries; SCHEMA_REGISTRY_REFUSED where its answer is no, with its words.
 */
export class SchemaRegistryClient {
  readonly #settings: RegistrySettings
  readonly #request: (request: RegistryRequest) => RegistryAnswer

  /** `request`: for tests. */
  constructor(settings: RegistrySettings, request: (request: RegistryRequest) => RegistryAnswer = requestBlocking) {
    this.#settings = settings
    this.#request = request
  }

  /** Undefined where it has no schema of that id. */
  schemaById(id: number, options: AvroOptions): Type | undefined {
    const stored = this.#get(`/schemas/ids/${String(id)}`, `the schema ${String(id)}`)
    return stored === undefined
      ? undefined
      : this.#typeOf(stored, `the schema ${String(id)}`, { options, registry: {}, within: [] })
  }

  /** The id of the schema in the subject, which takes it where it has it not. */
  register(subject: string, schema: AvroSchema): number {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
    const what = `an id for the schema of ${subject}`
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const answer = this.#ask(path, what, JSON.stringify({ schema: text }))
    if (answer.status >= FIRST_OF_REFUSALS) throw this.#refused(what, answer)
    const { id } = this.#parsed(what, answer.text) as { id?: unknown }
    if (typeof id === 'number') return id
    throw this.#refused(what, answer)
  }

  #typeOf({ schema, schemaType = 'AVRO', references = [] }: StoredSchema, what: string, into: Resolving): Type {
    if (schemaType !== 'AVRO') {
      throw this.#refused(what, { status: undefined, text: `it is one of ${schemaType}, not of Avro` })
    }
    for (const { name, subject, version } of references) {
      if (into.registry[name] !== undefined) continue
      const referred = `version ${String(version)} of ${subject}`
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${String(version)}`
      if (into.within.includes(path)) {
        throw this.#refused(what, { status: undefined, text: `it refers to ${referred}, which refers to it` })
      }
      const stored = this.#get(path, referred)
      if (stored === undefined) throw this.#refused(referred, { status: NOT_FOUND, text: `${what} refers to it` })
      this.#typeOf(stored, referred, { ...into, within: [...into.within, path] })
    }
    try {
      return avroTypeOf(schema, { place: what, options: into.options, registry: into.registry })
    } catch (error) {
      if (!FlinkError.is(error, 'GRAPH_INVALID')) throw error
      throw this.#refused(what, { status: undefined, text: error.message })
    }
  }

  #get(path: string, what: string): StoredSchema | undefined {
    const answer = this.#ask(path, what, undefined)
    if (answer.status === NOT_FOUND && UNKNOWN_TO_REGISTRY.has(errorCodeOf(answer.text))) return undefined
    if (answer.status >= FIRST_OF_REFUSALS) throw this.#refused(what, answer)
    const stored = this.#parsed(what, answer.text) as Partial<StoredSchema>
    if (typeof stored.schema !== 'string') throw this.#refused(what, answer)
    return stored as StoredSchema
  }

  #ask(path: string, what: string, body: string | undefined): { readonly status: number; readonly text: string } {
    const { urls, headers: own, timeoutMs, tries, backoffMs } = this.#settings
    const headers = { accept: CONTENT_TYPE, ...own, ...(body === undefined ? {} : { 'content-type': CONTENT_TYPE }) }
    const method = body === undefined ? 'GET' : 'POST'
    const { status, text } = this.#request({ urls, path, method, headers, body, timeoutMs, tries, backoffMs })
    if (status !== undefined) return { status, text }
    const reason = `${shortened(text)} (${String(tries)} ${tries === 1 ? 'try' : 'tries'})`
    throw new FlinkError('SCHEMA_REGISTRY_FAILED', { url: this.#url, what, reason })
  }

  #parsed(what: string, text: string): object {
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null) return value
    } catch {
      // No registry speaks like that: said below.
    }
    throw this.#refused(what, { status: undefined, text: `its answer is not that of a schema registry: ${text}` })
  }

  #refused(what: string, { status, text }: RegistryAnswer): FlinkError {
    const reason = status === undefined ? shortened(text) : `HTTP ${String(status)}, ${shortened(wordsOf(text))}`
    return new FlinkError('SCHEMA_REGISTRY_REFUSED', { url: this.#url, what, reason })
  }

  get #url(): string {
    return this.#settings.urls.join(', ')
  }
}

/** The registry's own words, where its answer has some. */
function wordsOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}

function errorCodeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly error_code?: unknown } | null)?.error_code
  } catch {
    return undefined
  }
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}...` : line.replace(/\.$/, '')
}
