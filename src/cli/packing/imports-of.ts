import Module from 'node:module'
import { parse, type Node, type Options, type Program } from 'acorn'
import { ancestor } from 'acorn-walk'
import { messageOf } from '../../core/errors/thrown-value.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { pathsBeside, type PathsBeside } from './paths-beside.js'
import { fieldOf, isMember, isMemberOfMeta, nameOf, textOf } from './tree-nodes.js'

/** A word by which a module names another file or package. */
export interface Import {
  readonly specifier: string
  /** How it is resolved; `file`: of `new URL(..., import.meta.url)`. */
  readonly kind: 'import' | 'require' | 'file'
  /** The program may do without it: it asks while it runs, and may be ready for an error. */
  readonly isOptional: boolean
}

export interface ImportsOfModule {
  readonly imports: readonly Import[]
  /** Absolute paths of files and folders that it may open beside itself, with the line; they need not be there. */
  readonly paths: PathsBeside['paths']
  /** Lines of imports and paths that only the run can tell. */
  readonly unknown: readonly number[]
}

const TYPESCRIPT = /\.[cm]?ts$/
const MODULE_ONLY = /\.m[jt]s$/

const COMMON: Options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowHashBang: true,
  locations: true,
}

/** What the source of a module imports, ES module or CommonJS. ReasonError where it is no JavaScript. */
export function importsOf(source: string, file: string): ImportsOfModule {
  const program = programOf(TYPESCRIPT.test(file) ? withoutTypes(source) : source, file)
  const imports: Import[] = []
  const unknown: number[] = []
  const add = (kind: Import['kind'], word: unknown, isOptional: boolean): boolean => {
    const specifier = textOf(word)
    if (specifier !== undefined) imports.push({ specifier, kind, isOptional })
    return specifier !== undefined
  }
  const declared = (node: Node): void => {
    add('import', fieldOf(node, 'source'), false)
  }
  ancestor(program, {
    ImportDeclaration: declared,
    ExportNamedDeclaration: declared,
    ExportAllDeclaration: declared,
    ImportExpression: (node) => {
      if (!add('import', node.source, true)) unknown.push(node.loc?.start.line ?? 0)
    },
    CallExpression: (node, _state, ancestors) => {
      const [word] = node.arguments
      const callee: Node = node.callee
      if (nameOf(callee) === 'require') {
        const isTried = ancestors.some(({ type }) => type === 'TryStatement')
        if (word !== undefined && !add('require', word, isTried)) unknown.push(node.loc?.start.line ?? 0)
      } else if (isMember(callee, 'require', 'resolve')) add('require', word, true)
      else if (isMemberOfMeta(callee, 'resolve')) add('import', word, true)
    },
    NewExpression: (node) => {
      const [word, base] = node.arguments
      if (nameOf(node.callee) === 'URL' && base !== undefined && isMemberOfMeta(base, 'url')) add('file', word, true)
    },
  })
  const beside = pathsBeside(program, file)
  return { imports, paths: beside.paths, unknown: [...unknown, ...beside.unknown].toSorted((a, b) => a - b) }
}

/** As a module first, as Node does with what could be either; CommonJS may hold what no ES module may. */
function programOf(source: string, file: string): Program {
  try {
    return parse(source, COMMON)
  } catch (error) {
    if (!MODULE_ONLY.test(file)) {
      try {
        return parse(source, { ...COMMON, sourceType: 'commonjs' })
      } catch {
        // What is wrong with it as a module says more.
      }
    }
    throw new ReasonError(`it is no JavaScript that can be read: ${messageOf(error)}`, { cause: error })
  }
}

/** Of Nodes that run TypeScript, which alone get here. */
function withoutTypes(source: string): string {
  const strip: unknown = Reflect.get(Module, 'stripTypeScriptTypes')
  if (typeof strip !== 'function') throw new ReasonError('it is TypeScript, which this Node does not read')
  try {
    return String((strip as (text: string) => unknown)(source))
  } catch (error) {
    throw new ReasonError(messageOf(error), { cause: error })
  }
}
