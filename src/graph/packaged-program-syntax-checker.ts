// Parses a module and the files it imports by relative paths, runs none of them. A syntax error ends the process uncaught,
// because only then Node prints where it is. Started as a process of its own by packaged-program-syntax.ts.
import { existsSync, readFileSync } from 'node:fs'
import { SourceTextModule } from 'node:vm'

const FILE_LIMIT = 2000

const queue: string[] = process.argv.slice(2, 3)
const seen = new Set<string>(queue)
for (let url = queue.shift(); url !== undefined && seen.size < FILE_LIMIT; url = queue.shift()) {
  const file = new URL(url)
  if (!/\.m?js$/.test(file.pathname) || !existsSync(file)) continue
  const parsed = new SourceTextModule(readFileSync(file, 'utf8'), { identifier: url })
  for (const specifier of parsed.dependencySpecifiers) {
    if (!/^(\.{1,2}\/|file:)/.test(specifier)) continue
    const dependency = new URL(specifier, url).href
    if (seen.has(dependency)) continue
    seen.add(dependency)
    queue.push(dependency)
  }
}
