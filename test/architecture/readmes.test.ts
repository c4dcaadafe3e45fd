/** The READMEs of src as a way in: what lies in a folder is named at its door, and what is named there lies somewhere. */
import assert from 'node:assert/strict'
import { dirname } from 'node:path/posix'
import { test } from 'node:test'
import { filesUnder, sourceFiles, textOf } from './repository.js'

type Texts = Readonly<Record<string, string>>

const pages: Texts = Object.fromEntries(
  filesUnder('src')
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file, textOf(file)]),
)

/** What a page names in backticks and a file of code might be: `a.ts`, `folder/a.ts`, `*-options.ts`. */
function namesIn(page: string): string[] {
  return [...page.matchAll(/`([\w*./-]+\.ts)`/g)].flatMap(([, name]) => (name === undefined ? [] : [name]))
}

/** Whether a path ends with a name as a README writes it. `*` stands for a part of a file's or folder's name. */
function isNamed(path: string, name: string): boolean {
  const tail = name.replace(/^(\.\.?\/)+/, '').split('*')
  const pattern = tail.map((part) => part.replaceAll('.', '\\.')).join('[^/]*')
  return new RegExp(`(^|/)${pattern}$`).test(path)
}

/** Files that neither the README of their folder nor, where it has none, the one of the next folder above names. */
function unnamed(files: readonly string[], readmes: Texts): string[] {
  return files.filter((file) => {
    let folder = dirname(file)
    while (!(`${folder}/README.md` in readmes) && folder !== '.') folder = dirname(folder)
    const names = namesIn(readmes[`${folder}/README.md`] ?? '')
    return !names.some((name) => isNamed(file, name))
  })
}

/** Names on pages that no file has. */
function namesWithoutFile(readmes: Texts, files: readonly string[]): string[] {
  return Object.entries(readmes).flatMap(([page, text]) =>
    namesIn(text)
      .filter((name) => !files.some((file) => isNamed(file, name)))
      .map((name) => `${page}: ${name}`),
  )
}

test('every file of src is named in the README of its folder, or of the next folder above that has one', () => {
  assert.deepEqual(unnamed(sourceFiles(), pages), [])
})

test('a page of src names no file that is gone', () => {
  assert.deepEqual(namesWithoutFile(pages, [...sourceFiles(), ...sourceFiles('jobs'), ...sourceFiles('test')]), [])
})

test('a file that no README names is found, and a name without a file', () => {
  const readmes = {
    'src/room/README.md':
      '`named.ts` is before `*-options.ts` and `inner/deep.ts`; other.ts has no backticks; `gone.ts`',
  }
  const files = ['named.ts', 'rest-options.ts', 'inner/deep.ts', 'other.ts', 'inner/named-too.ts', 'unnamed.ts']
  const paths = files.map((file) => `src/room/${file}`)
  assert.deepEqual(
    unnamed(paths, readmes),
    ['other.ts', 'inner/named-too.ts', 'unnamed.ts'].map((f) => `src/room/${f}`),
  )
  assert.deepEqual(namesWithoutFile(readmes, paths), ['src/room/README.md: gone.ts'])
})
