import assert from 'node:assert/strict'
import path from 'node:path'
import ts from 'typescript'
import { packageRoot } from './type-checker.js'

/** The names that the built package exports, each with its members that programs may use, static ones too. */
export function exportedNames(): ReadonlyMap<string, ReadonlySet<string>> {
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
  return new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, membersOf(symbol, checker)]))
}

const OF_A_TYPE = ts.SymbolFlags.Class | ts.SymbolFlags.Interface
const NOT_FOR_PROGRAMS = ts.ModifierFlags.Private | ts.ModifierFlags.Protected

function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): ReadonlySet<string> {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
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
