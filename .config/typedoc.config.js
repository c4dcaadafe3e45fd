// The reference of what programs can import, out of its TSDoc: a page a module of package.json's exports.
import { readFileSync } from 'node:fs'

const { exports: modules } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  entryPoints: Object.values(modules)
    .map(({ types }) => types)
    .filter((types) => types !== undefined)
    .map((types) => types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '../$1.ts')),
  tsconfig: '../tsconfig.json',
  out: '../dist/docs',
  name: 'flink-ts',
  readme: 'none',
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  hideGenerator: true,
  logLevel: 'Warn',
  // What the constructors of public classes take that nobody but the engine makes has no page.
  validation: { notExported: false },
  treatWarningsAsErrors: true,
}
