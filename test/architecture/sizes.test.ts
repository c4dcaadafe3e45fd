import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesUnder, sourceFiles, textOf } from './repository.js'

const codeFiles = ['src', 'jobs', 'test'].flatMap((folder) => sourceFiles(folder))

/** What a file name may not be: it would say nothing of what is in it. */
const VAGUE_NAME = /^(utils?|common|helpers?|misc|types|shared|index|constants|interfaces?)\.ts$/

test('no file is longer than 500 lines', () => {
  const long = codeFiles
    .map((file) => ({ file, lines: textOf(file).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 500)
  assert.deepEqual(long, [])
})

test('the median file of src is short', () => {
  const lines = sourceFiles()
    .map((file) => textOf(file).trimEnd().split('\n').length)
    .sort((a, b) => a - b)
  const median = lines[Math.floor(lines.length / 2)] ?? 0
  assert.ok(median > 0 && median <= 120, `the median is ${median} lines`)
})

test('there is no barrel and no file with a vague name besides src/index.ts', () => {
  const vague = codeFiles.filter((file) => file !== 'src/index.ts' && VAGUE_NAME.test(file.split('/').at(-1) ?? ''))
  assert.deepEqual(vague, [])
})

test('no file re-exports everything of another one', () => {
  assert.deepEqual(
    codeFiles.filter((file) => /^export \* /m.test(textOf(file))),
    [],
  )
})

test('folders and files are named in kebab-case', () => {
  const paths = sourceFiles().map((file) => file.replace(/^src\//, '').replace(/\.ts$/, ''))
  const wrong = paths.filter((path) => !path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(part)))
  assert.deepEqual(wrong, [])
})

test('a class is in the file that is named after it, or serves its only neighbour', () => {
  const exported = /^export (?:abstract )?class (\w+)/gm
  const crowded = sourceFiles()
    .map((file) => ({ file, classes: [...textOf(file).matchAll(exported)].map((match) => match[1]) }))
    .filter(({ file, classes }) => file.startsWith('src/runtime/') && classes.length > 3)
  assert.deepEqual(crowded, [])
})

/** Flink's names of the bases of own operators are part of the API. */
test('interfaces and classes carry no prefix or suffix that says only that they are one', () => {
  const affixed =
    /^(?:export )?(?:abstract )?(?:class|interface) (I[A-Z][a-z]\w*|Abstract(?!(?:Udf)?StreamOperator\b)\w+|\w+Impl)\b/gm
  const wrong = sourceFiles().flatMap((file) =>
    [...textOf(file).matchAll(affixed)].map((match) => `${file}: ${match[1]}`),
  )
  assert.deepEqual(wrong, [])
})

/** Members of a class body that are no methods or accessors: lines of two spaces that declare a name with a type or a value. */
const FIELD = /^ {2}(?:(?:readonly|static|declare|override|protected) )*#?\w+[?!]?(?:: .*| = .*)?$/gm
const CLASS = /(?:^\/\*\*(?<doc>.*)\*\/\n)?^(?:export )?(?:abstract )?class (?<name>\w+)[^{]*\{\n(?<body>[^]*?)^\}/gm

function classesWithManyFields(text: string): string[] {
  return [...text.matchAll(CLASS)].flatMap(({ groups: { doc = '', name = '', body = '' } = {} }) =>
    (body.match(FIELD) ?? []).length > 12 && !doc.includes('fields') ? [name] : [],
  )
}

test('a class has at most twelve fields, or says before it why it has more', () => {
  assert.deepEqual(
    sourceFiles().flatMap((file) => classesWithManyFields(textOf(file))),
    [],
  )
})

test('a class with thirteen fields is found, and one that says why is not', () => {
  const fields = Array.from(
    { length: 13 },
    (_, index) => `  readonly #field${index}: Map<string, number> = new Map()\n`,
  )
  const text = `class Wide {\n${fields.join('')}\n  method(): void {\n    this.x = 1\n  }\n}\n`
  assert.deepEqual(classesWithManyFields(text), ['Wide'])
  assert.deepEqual(classesWithManyFields(`/** So many fields, as ... */\n${text}`), [])
  assert.deepEqual(classesWithManyFields(text.replace(fields[0] ?? '', '')), [])
})

test('the rules look at real files', () => {
  assert.ok(sourceFiles().length > 50)
  assert.ok(filesUnder('test').length > 10)
})
