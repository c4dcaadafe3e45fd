import assert from 'node:assert/strict'
import path from 'node:path'
import ts from 'typescript'
import { packageRoot } from './type-checker.js'

export interface ExportedSymbol {
  readonly name: string
  /** What the name stands for, where it was declared. */
  readonly target: ts.Symbol
}

/** What the built package exports. */
export function exportedSymbols(): { readonly symbols: readonly ExportedSymbol[]; readonly checker: ts.TypeChecker } {
  const index = path.join(packageRoot, 'dist/src/index.d.ts')
  const program = ts.createProgram([index], {
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
  })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(index)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  assert.ok(module !== undefined, 'the package is built')
  const symbols = checker.getExportsOfModule(module).map((symbol) => {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
    return { name: symbol.name, target: isAlias ? checker.getAliasedSymbol(symbol) : symbol }
  })
  return { symbols, checker }
}

/** The names that the built package exports, each with its members that programs may use, static ones too. */
export function exportedNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const { symbols, checker } = exportedSymbols()
  return new Map(symbols.map(({ name, target }) => [name, membersOf(target, checker)]))
}

const OF_A_TYPE = ts.SymbolFlags.Class | ts.SymbolFlags.Interface
const NOT_FOR_PROGRAMS = ts.ModifierFlags.Private | ts.ModifierFlags.Protected

function membersOf(target: ts.Symbol, checker: ts.TypeChecker): ReadonlySet<string> {
  const ofInstances =
    target.flags & OF_A_TYPE ? checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(target)) : []
  const { valueDeclaration } = target
  const ofValue =
    valueDeclaration === undefined
      ? []
      : checker.getPropertiesOfType(checker.getTypeOfSymbolAtLocation(target, valueDeclaration))
  const usable = [...ofInstances, ...ofValue].filter(
    ({ declarations = [] }) => !declarations.some((each) => ts.getCombinedModifierFlags(each) & NOT_FOR_PROGRAMS),
  )
  return new Set(usable.map(({ name }) => name))
}
