// Duty: the description of a declared type as text and as a tree. The text is stored with every state of a snapshot and in
// every plan; the tree is what types are compared by and made from again.
// Invariants: describe(parse(text)) is the text, for every text. Names that could be taken for a part of the text around them
// are quoted as JSON; a text with such a name from before they were has no tree of its own, which `unquoted` is there for.

export type SimpleTypeName = (typeof SIMPLE_TYPES)[number]

export type TypeDescription =
  | { readonly kind: 'simple'; readonly name: SimpleTypeName }
  | { readonly kind: 'list'; readonly element: TypeDescription }
  | { readonly kind: 'map'; readonly key: TypeDescription; readonly value: TypeDescription }
  | { readonly kind: 'tuple'; readonly fields: readonly TypeDescription[] }
  | { readonly kind: 'object'; readonly fields: readonly FieldDescription[] }
  | { readonly kind: 'pojo'; readonly className: string; readonly fields: readonly FieldDescription[] }
  /** One of the user's own, or of an operator of the engine. */
  | { readonly kind: 'other'; readonly text: string }

export type FieldDescription = readonly [name: string, type: TypeDescription]

const SIMPLE_TYPES = [
  'STRING',
  'LONG',
  'INT',
  'DOUBLE',
  'BOOLEAN',
  'BIG_INT',
  'LONG_BIGINT',
  'INSTANT',
  'GENERIC',
] as const
/** Between the two types of the state of a map. */
const MAP_SEPARATOR = ' => '
const SEPARATOR = ', '
/** Letters, digits and whatever else begins and separates nothing in a description. */
const PLAIN_NAME = /^[^\s,:()<>"\p{C}](?:[^,:()<>"\p{C}]*[^\s,:()<>"\p{C}])?$/u
const QUOTED = /"(?:[^"\\]|\\.)*"/y
const WORD = /[A-Z_]+/y
/** Deeper than anybody declares, and far from the end of the stack. */
const DEEPEST = 200

/** The description of a type with named fields, such as `OBJECT(user: STRING)`. */
export function describeFields(fields: Iterable<readonly [name: string, description: string]>): string {
  return [...fields].map(([name, type]) => `${quotedName(name)}: ${type}`).join(SEPARATOR)
}

/** The name of a field or class as it stands in a description. */
export function quotedName(name: string): string {
  return PLAIN_NAME.test(name) ? name : JSON.stringify(name)
}

/** Of a map state: the descriptions of its keys and values. */
export function describeMapState(key: string, value: string): string {
  return `${key}${MAP_SEPARATOR}${value}`
}

/** What it says; the whole text as `other` where it is none of the types of `Types`. */
export function parseTypeDescription(text: string): TypeDescription {
  const parser = new DescriptionParser(text)
  const type = parser.type(0)
  return type !== undefined && parser.isAtEnd ? type : { kind: 'other', text }
}

/** Key and value of a map state; undefined where the text is not that of one. */
export function parseMapDescription(text: string): readonly [key: TypeDescription, value: TypeDescription] | undefined {
  const parser = new DescriptionParser(text)
  const key = parser.type(0)
  if (key === undefined || !parser.takes(MAP_SEPARATOR)) return undefined
  return [key, parseTypeDescription(parser.rest)]
}

/** The text of a tree. */
export function describeType(type: TypeDescription): string {
  return textOf(type, quotedName)
}

/** As it was written before odd names were quoted. */
export function describeUnquoted(type: TypeDescription): string {
  return textOf(type, (name) => name)
}

function textOf(type: TypeDescription, nameOf: (name: string) => string): string {
  const part = (each: TypeDescription): string => textOf(each, nameOf)
  const parts = (fields: readonly FieldDescription[]): string =>
    fields.map(([name, field]) => `${nameOf(name)}: ${part(field)}`).join(SEPARATOR)
  switch (type.kind) {
    case 'simple':
      return type.name
    case 'list':
      return `LIST(${part(type.element)})`
    case 'map':
      return `MAP(${part(type.key)}, ${part(type.value)})`
    case 'tuple':
      return `TUPLE(${type.fields.map(part).join(SEPARATOR)})`
    case 'object':
      return `OBJECT(${parts(type.fields)})`
    case 'pojo':
      return `POJO<${nameOf(type.className)}>(${parts(type.fields)})`
    case 'other':
      return type.text
  }
}

/** Reads from the front; each method gives undefined, with the position anywhere, for what is not there. */
class DescriptionParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  get rest(): string {
    return this.#text.slice(this.#at)
  }

  takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  type(depth: number): TypeDescription | undefined {
    const start = this.#at
    const known = depth > DEEPEST ? undefined : this.#known(depth)
    if (known !== undefined && this.#isAtBoundary()) return known
    this.#at = start
    return this.#other()
  }

  #known(depth: number): TypeDescription | undefined {
    const word = this.#match(WORD)
    const simple = SIMPLE_TYPES.find((name) => name === word)
    if (simple !== undefined) return { kind: 'simple', name: simple }
    if (word === 'POJO') return this.#pojo(depth)
    return word === undefined || !this.takes('(') ? undefined : this.#composite(word, depth)
  }

  #composite(word: string, depth: number): TypeDescription | undefined {
    if (word === 'OBJECT') {
      const fields = this.#list(() => this.#field(depth))
      return fields === undefined ? undefined : { kind: 'object', fields }
    }
    if (word !== 'LIST' && word !== 'MAP' && word !== 'TUPLE') return undefined
    const types = this.#list(() => this.type(depth + 1))
    if (types === undefined || word === 'TUPLE')
      return types === undefined ? undefined : { kind: 'tuple', fields: types }
    const [first, second, ...others] = types
    if (first === undefined || others.length > 0) return undefined
    if (word === 'LIST') return second === undefined ? { kind: 'list', element: first } : undefined
    return second === undefined ? undefined : { kind: 'map', key: first, value: second }
  }

  #pojo(depth: number): TypeDescription | undefined {
    const className = this.takes('<') ? this.#name('>') : undefined
    if (className === undefined || !this.takes('>(')) return undefined
    const fields = this.#list(() => this.#field(depth))
    return fields === undefined ? undefined : { kind: 'pojo', className, fields }
  }

  #field(depth: number): FieldDescription | undefined {
    const name = this.#name(':')
    const type = name !== undefined && this.takes(': ') ? this.type(depth + 1) : undefined
    return name === undefined || type === undefined ? undefined : [name, type]
  }

  #name(end: string): string | undefined {
    const quoted = this.#match(QUOTED)
    if (quoted !== undefined) return unquoted(quoted)
    const until = this.#text.indexOf(end, this.#at)
    const name = this.#text.slice(this.#at, until)
    if (until < 0 || !PLAIN_NAME.test(name)) return undefined
    this.#at = until
    return name
  }

  /** Until the bracket that closes it. */
  #list<T>(item: () => T | undefined): readonly T[] | undefined {
    const items: T[] = []
    while (!this.takes(')')) {
      if (items.length > 0 && !this.takes(SEPARATOR)) return undefined
      const next = item()
      if (next === undefined) return undefined
      items.push(next)
    }
    return items
  }

  /** Whatever stands before the next separator that is in no brackets. */
  #other(): TypeDescription | undefined {
    const start = this.#at
    let open = 0
    while (!this.isAtEnd && (open > 0 || !this.#isAtBoundary())) {
      const character = this.#text[this.#at]
      if (character === '(') open += 1
      else if (character === ')') open -= 1
      this.#at += 1
    }
    const text = this.#text.slice(start, this.#at)
    return text === '' || open > 0 ? undefined : { kind: 'other', text }
  }

  #isAtBoundary(): boolean {
    return this.isAtEnd || [')', SEPARATOR, MAP_SEPARATOR].some((token) => this.#text.startsWith(token, this.#at))
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}

/** Only as it would have been quoted: every name has one text. */
function unquoted(quoted: string): string | undefined {
  try {
    const name: unknown = JSON.parse(quoted)
    return typeof name === 'string' && quotedName(name) === quoted ? name : undefined
  } catch {
    return undefined
  }
}
