// Duty: the paths that a module makes of its own place, by which it opens files beside itself: `path.join(__dirname, 'x.json')`,
// `${import.meta.dirname}/x.json`, `new URL('x.json', import.meta.url)`, also by way of constants.
//
// Invariants: nothing is run; what only the run can tell is told as such, but for names in a folder that is known: that is meant whole.
import path from 'node:path'
import { fullAncestor } from 'acorn-walk'
import type { Node, Program } from 'acorn'
import { cookedOf, fieldOf, isMemberOfMeta, isOfType, listIn, nameOf, textOf } from './tree-nodes.js'

export interface PathsBeside {
  /** Absolute paths, of files and folders, which need not be there; with the line that makes them. */
  readonly paths: ReadonlyMap<string, number>
  /** Lines where only the run can tell. */
  readonly unknown: readonly number[]
}

/** A text as far as it is known, and whether it began with the place of the module. */
interface Text {
  readonly text: string
  readonly isPlaced: boolean
  readonly isWhole: boolean
}

const EXPRESSIONS = new Set(['CallExpression', 'NewExpression', 'BinaryExpression', 'TemplateLiteral'])
const MOST_STEPS = 20

/** `file`: absolute path of the module. */
export function pathsBeside(program: Program, file: string): PathsBeside {
  const [paths, unknown] = [new Map<string, number>(), new Set<number>()]
  const values = new Values(file, constantsOf(program))
  fullAncestor(program, (node, _state, ancestors) => {
    if (!EXPRESSIONS.has(node.type)) return
    const value = values.of(node)
    if (value?.isPlaced !== true || isWithinAnother(ancestors, values)) return
    const place = value.isWhole ? path.normalize(value.text) : folderOf(value.text)
    const line = node.loc?.start.line ?? 0
    if (!isAbove(place, file)) paths.set(place, line)
    else if (!value.isWhole) unknown.add(line)
  })
  return { paths, unknown: [...unknown] }
}

/** `/a/b/` of `/a/b/c` and whatever comes after it. */
function folderOf(text: string): string {
  return path.normalize(text.slice(0, text.lastIndexOf('/') + 1) || '/')
}

/** The module itself, or a folder that it is in. */
function isAbove(place: string, file: string): boolean {
  return !path.relative(place, file).startsWith('..')
}

function isWithinAnother(ancestors: readonly Node[], values: Values): boolean {
  const parent = ancestors.at(-2)
  return parent !== undefined && EXPRESSIONS.has(parent.type) && values.of(parent)?.isPlaced === true
}

/** What constants are set to, where a name is given once in the module. */
function constantsOf(program: Program): ReadonlyMap<string, unknown> {
  const constants = new Map<string, unknown>()
  fullAncestor(program, (node) => {
    if (node.type !== 'VariableDeclarator') return
    const name = nameOf(fieldOf(node, 'id'))
    if (name !== undefined) constants.set(name, constants.has(name) ? undefined : fieldOf(node, 'init'))
  })
  return constants
}

class Values {
  readonly #file: string
  readonly #constants: ReadonlyMap<string, unknown>

  constructor(file: string, constants: ReadonlyMap<string, unknown>) {
    this.#file = file
    this.#constants = constants
  }

  /** Undefined where nothing is known of it. */
  of(node: unknown, steps = 0): Text | undefined {
    if (steps > MOST_STEPS) return undefined
    const text = textOf(node)
    if (text !== undefined) return { text, isPlaced: false, isWhole: true }
    return this.#placeIn(node) ?? this.#madeOf(node, steps + 1)
  }

  #placeIn(node: unknown): Text | undefined {
    const name = nameOf(node)
    const isFolder = name === '__dirname' || isMemberOfMeta(node, 'dirname')
    const isFile = name === '__filename' || isMemberOfMeta(node, 'filename') || isMemberOfMeta(node, 'url')
    if (!isFolder && !isFile) return undefined
    return { text: isFolder ? path.dirname(this.#file) : this.#file, isPlaced: true, isWhole: true }
  }

  #madeOf(node: unknown, steps: number): Text | undefined {
    switch (fieldOf(node, 'type')) {
      case 'Identifier':
        return this.of(this.#constants.get(nameOf(node) ?? ''), steps)
      case 'BinaryExpression':
        if (fieldOf(node, 'operator') !== '+') return undefined
        return joined(
          [fieldOf(node, 'left'), fieldOf(node, 'right')].map((part) => this.of(part, steps)),
          '',
        )
      case 'TemplateLiteral':
        return this.#ofTemplate(node, steps)
      case 'NewExpression':
        return this.#ofUrl(node, steps)
      case 'CallExpression':
        return this.#ofCall(node, steps)
      default:
        return undefined
    }
  }

  #ofTemplate(node: unknown, steps: number): Text | undefined {
    const holes = listIn(node, 'expressions')
    const parts = listIn(node, 'quasis').flatMap((quasi, index): (Text | undefined)[] => {
      const text = { text: cookedOf(quasi) ?? '', isPlaced: false, isWhole: true }
      return index < holes.length ? [text, this.of(holes[index], steps)] : [text]
    })
    return joined(parts[0]?.text === '' ? parts.slice(1) : parts, '')
  }

  #ofUrl(node: unknown, steps: number): Text | undefined {
    const [word, base] = listIn(node, 'arguments')
    if (nameOf(fieldOf(node, 'callee')) !== 'URL' || base === undefined) return undefined
    const [from, to] = [this.of(base, steps), this.of(word, steps)]
    if (from?.isPlaced !== true || !from.isWhole || to?.isWhole !== true || /^[a-z]+:/i.test(to.text)) return undefined
    return { text: path.resolve(path.dirname(from.text), decoded(to.text)), isPlaced: true, isWhole: true }
  }

  #ofCall(node: unknown, steps: number): Text | undefined {
    const values = listIn(node, 'arguments').map((each) => this.of(each, steps))
    const [first] = values
    switch (functionNameOf(fieldOf(node, 'callee'))) {
      case 'join':
      case 'resolve':
        return joined(values, '/')
      case 'dirname':
        return first?.isPlaced === true && first.isWhole ? { ...first, text: path.dirname(first.text) } : undefined
      case 'fileURLToPath':
      case 'normalize':
        return first
      default:
        return undefined
    }
  }
}

/** `join` of `join`, `path.join`, and `(0, path_1.join)` as compilers write it. */
function functionNameOf(callee: unknown): string | undefined {
  if (isOfType(callee, 'SequenceExpression')) return functionNameOf(listIn(callee, 'expressions').at(-1))
  return nameOf(isOfType(callee, 'MemberExpression') ? fieldOf(callee, 'property') : callee)
}

/** As far as the first part that is not known; of what does not begin with the module's place nothing is known. */
function joined(parts: readonly (Text | undefined)[], separator: string): Text | undefined {
  const [first] = parts
  if (first?.isPlaced !== true || !first.isWhole) return undefined
  let text = first.text
  for (const part of parts.slice(1)) {
    if (part === undefined) return { text: `${text}${separator}`, isPlaced: true, isWhole: false }
    text += `${separator}${part.text}`
    if (!part.isWhole) return { text, isPlaced: true, isWhole: false }
  }
  return { text, isPlaced: true, isWhole: true }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
