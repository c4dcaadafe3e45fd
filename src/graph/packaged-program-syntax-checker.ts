// Parses the files of a program from its module on, runs none of them, and throws the syntax error with the given message
// out of the process: only of an error that nobody caught does Node print where it is, if it is one of an ES module. Started
// as a process of its own by packaged-program-syntax.ts, with the URL of the module, the message, and `all` to look into
// installed packages too and to take another error where none has the message.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileFunction, SourceTextModule } from 'node:vm'

const FILE_LIMIT = 2000
const COMMONJS_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname']
const CALLED_IMPORT = /\b(?:require|import)\s*\(\s*(["'])([^"'\n]+)\1\s*\)/g

type ModuleKind = 'module' | 'commonjs'
type Parse = () => readonly string[]

const [moduleUrl = '', message = '', extent = ''] = process.argv.slice(2)
const own: string[] = [fileURLToPath(moduleUrl)]
const installed: string[] = []
const seen = new Set<string>(own)
let otherFailure: Parse | undefined

for (let file = own.shift() ?? installed.shift(); file !== undefined; file = own.shift() ?? installed.shift()) {
  if (seen.size > FILE_LIMIT) break
  if (!/\.[cm]?js$/.test(file) || !existsSync(file)) continue
  for (const specifier of specifiersIn(file)) enqueue(specifier, file)
}
// With frames of the user's the error may be one of run time, and nothing be wrong with what was loaded.
if (extent === 'all') otherFailure?.()

function specifiersIn(file: string): readonly string[] {
  const source = readFileSync(file, 'utf8')
  const called = [...source.matchAll(CALLED_IMPORT)].map(([, , specifier = '']) => specifier)
  const failed: Parse[] = []
  for (const kind of kindsOf(file)) {
    const parse = parserOf(kind, file, source)
    try {
      return [...parse(), ...called]
    } catch (error) {
      // Again, and this time nobody catches it.
      if (error instanceof SyntaxError && error.message === message) parse()
      failed.push(parse)
    }
  }
  otherFailure ??= failed[0]
  return called
}

function parserOf(kind: ModuleKind, file: string, source: string): Parse {
  if (kind === 'module') {
    const identifier = pathToFileURL(file).href
    return () => new SourceTextModule(source, { identifier }).dependencySpecifiers
  }
  const body = source.startsWith('#!') ? `//${source}` : source
  return () => {
    compileFunction(body, COMMONJS_PARAMETERS, { filename: file })
    return []
  }
}

/** Node tries both where nothing says what a file is. */
function kindsOf(file: string): readonly ModuleKind[] {
  if (file.endsWith('.mjs')) return ['module']
  if (file.endsWith('.cjs')) return ['commonjs']
  const type = packageTypeOf(dirname(file))
  return type === 'module' || type === 'commonjs' ? [type] : ['commonjs', 'module']
}

function packageTypeOf(directory: string): unknown {
  const manifest = join(directory, 'package.json')
  if (existsSync(manifest)) {
    try {
      const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
      return typeof content === 'object' && content !== null && 'type' in content ? content.type : undefined
    } catch {
      return undefined
    }
  }
  const parent = dirname(directory)
  return parent === directory ? undefined : packageTypeOf(parent)
}

function enqueue(specifier: string, file: string): void {
  for (const found of filesOf(specifier, file)) {
    if (seen.has(found)) continue
    const isInstalled = found.includes('/node_modules/')
    if (isInstalled && extent !== 'all') continue
    seen.add(found)
    if (isInstalled) installed.push(found)
    else own.push(found)
  }
}

/** As import and as require would find it. */
function filesOf(specifier: string, file: string): string[] {
  const parent = pathToFileURL(file).href
  const ways = [
    () => fileURLToPath(import.meta.resolve(specifier, parent)),
    () => createRequire(parent).resolve(specifier),
  ]
  return ways.flatMap((way) => {
    try {
      return [way()]
    } catch {
      return []
    }
  })
}
