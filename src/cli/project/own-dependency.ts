import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const FILE = 'file:'
/** npm's list of what it has put into a node_modules folder. */
const INSTALLED = '.package-lock.json'

export interface OwnPackage {
  readonly name: string
  readonly version: string
  /** Where it lies, links followed. */
  readonly directory: string
}

/**
 * What the manifest of a new project asks npm for to get this very package: the directory or the packed file that it came from,
 * which no registry may have; else its version.
 */
export function ownDependency({ name, version, directory }: OwnPackage, project: string): string {
  const modules = path.dirname(directory)
  // A checkout, or one that is linked from a project.
  if (path.basename(modules) !== 'node_modules') return fileOf(directory, project)
  const packed = packedFileOf(name, modules)
  return packed === undefined ? `^${version}` : fileOf(packed, project)
}

function fileOf(target: string, project: string): string {
  return `${FILE}${path.relative(project, target).replaceAll(path.sep, '/')}`
}

function packedFileOf(name: string, modules: string): string | undefined {
  const resolved = resolvedOf(name, path.join(modules, INSTALLED))
  if (resolved?.startsWith(FILE) !== true) return undefined
  const file = path.resolve(path.dirname(modules), resolved.slice(FILE.length))
  return existsSync(file) ? file : undefined
}

/** Undefined also where another program than npm has installed it. */
function resolvedOf(name: string, list: string): string | undefined {
  try {
    const { packages } = JSON.parse(readFileSync(list, 'utf8')) as {
      packages?: Readonly<Record<string, { resolved?: string }>>
    }
    return packages?.[`node_modules/${name}`]?.resolved
  } catch {
    return undefined
  }
}
