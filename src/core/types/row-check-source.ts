import { isReference, type RowField, type RowShape } from './row-shape.js'
import { referenceChecks, type ReferenceChecks } from './row-references.js'

/**
 * The tests of generated code that takes a value of a kind apart: it gives false back for a value that is not of the kind.
 * Objects have exactly the fields of the kind in their order, arrays have neither holes nor names, and no object is in two
 * places.
 */
export class RowCheckSource {
  protected readonly constants: string[] = []
  protected readonly lines: string[] = []
  readonly #references: ReferenceChecks
  /** Variables of the whole function: references that later ones are compared with. */
  readonly #hoisted: string[] = []
  /** Variables by group: see `object`. */
  readonly #met = new Map<string, string[]>()
  #names = 0

  constructor(kind: RowShape) {
    this.#references = referenceChecks(kind)
  }

  /** What must stand in front of the lines. */
  protected preparation(): string[] {
    return [
      ...(this.#references === 'seen' ? ['seen.clear()'] : []),
      ...(this.#hoisted.length > 0 ? [`let ${this.#hoisted.join(', ')}`] : []),
    ]
  }

  /** A constant with the prototype of the class. */
  protected prototypeOf(className: string): string {
    const prototype = this.name()
    this.constants.push(`const ${prototype} = prototypeNamed(${JSON.stringify(className)})`)
    return prototype
  }

  protected fieldNames(fields: readonly RowField[], name: string): void {
    const [names, index] = [this.name(), this.name()]
    this.constants.push(`const ${names} = ${JSON.stringify(fields.map(([field]) => field))}`)
    this.lines.push(`let ${index} = 0`, `for (const key in ${name}) if (key !== ${names}[${index}++]) return false`)
    this.check(`${index} === ${String(fields.length)}`)
  }

  /** Holes and named properties show in the number of keys; when holes could pass as undefined, in the last key too. */
  protected array(name: string, mayHaveUndefined: boolean): void {
    this.object(name, 'ofArray')
    const keys = this.name()
    this.lines.push(`const ${keys} = keysOf(${name})`)
    this.check(`${keys}.length === ${name}.length`)
    if (mayHaveUndefined)
      this.check(`${keys}.length === 0 || ${keys}[${keys}.length - 1] === String(${keys}.length - 1)`)
  }

  /** `group`: objects of two groups are never the same. */
  protected object(name: string, prototype: string, group: string = prototype): void {
    this.check(`typeof ${name} === 'object' && ${name} !== null && prototypeOf(${name}) === ${prototype}`)
    if (this.#references === 'seen') return this.check(`!seen.has(${name})`)
    if (this.#references === 'none') return
    const others = this.#met.get(group) ?? []
    for (const other of others) this.check(`${name} !== ${other}`)
    this.#met.set(group, [...others, name])
  }

  /** A variable for a field or element. */
  protected part(kind: RowShape, expression: string): string {
    const name = this.name()
    const isHoisted = this.#references === 'compared' && isReference(kind)
    if (isHoisted) this.#hoisted.push(name)
    this.lines.push(`${isHoisted ? '' : 'const '}${name} = ${expression}`)
    return name
  }

  protected check(condition: string): void {
    this.lines.push(`if (!(${condition})) return false`)
  }

  protected name(): string {
    this.#names += 1
    return `v${String(this.#names)}`
  }
}
