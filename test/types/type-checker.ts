import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The package's own folder: `flink-ts` resolves to its built types from inside it. */
export const packageRoot: string = fileURLToPath(new URL('../../../', import.meta.url))

/** A piece of a job author's TypeScript, and a name for messages. */
export interface Snippet {
  readonly name: string
  readonly code: string
}

/** Type checks all snippets, each as a module of its own, in one program; the errors of each, in order. */
export function typeErrorsOf(snippets: readonly Snippet[]): readonly (readonly string[])[] {
  const files = new Map(
    snippets.map(({ code }, index) => [path.join(packageRoot, `snippet-${String(index)}.ts`), code]),
  )
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    skipLibCheck: true,
    noEmit: true,
  }
  const program = ts.createProgram([...files.keys()], options, hostWith(files, options))
  return [...files.keys()].map((file) => {
    const source = program.getSourceFile(file)
    return ts
      .getPreEmitDiagnostics(program, source)
      .map((error) => ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  })
}

function hostWith(files: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const readFile = (file: string): string | undefined => files.get(file) ?? ts.sys.readFile(file)
  return {
    ...host,
    getCurrentDirectory: () => packageRoot,
    fileExists: (file) => files.has(file) || host.fileExists(file),
    readFile,
    getSourceFile: (file, version) => {
      const text = files.get(file)
      return text === undefined ? host.getSourceFile(file, version) : ts.createSourceFile(file, text, version)
    },
  }
}

/** The ```ts blocks of a text; inside a comment the stars at the line starts are taken away. */
export function samplesOf(text: string): string[] {
  const blocks = text.matchAll(/```ts\n(.*?)\n[ *]*```/gs)
  return [...blocks].map(([, block = '']) => block.replaceAll(/^ *\*( |$)/gm, ''))
}

export function readText(relativePath: string): string {
  return readFileSync(path.join(packageRoot, relativePath), 'utf8')
}
