const { rooms } = require('./.config/rooms.cjs')

const under = (room) => `^src/${room}/`

/** Rooms nested in this one (rest/messages in rest) have a row of their own, which decides for their files. */
const nestedIn = (room) => rooms.map((row) => row.room).filter((other) => other.startsWith(`${room}/`))

const importRule = ({ room, mayImport }) => ({
  name: `${room}-imports-${mayImport.length === 0 ? 'nothing' : 'downwards-only'}`,
  severity: 'error',
  from: { path: under(room), pathNot: nestedIn(room).map(under) },
  to: { path: '^src/', pathNot: [room, ...mayImport].map(under) },
})

const nodeRule = ({ room, mayLoadModules }) => ({
  name: `${room}-imports-no-node-module`,
  severity: 'error',
  from: { path: under(room), ...(mayLoadModules === undefined ? {} : { pathNot: mayLoadModules }) },
  to: { dependencyTypes: ['core'] },
})

const layerRules = ({ room, layers }) =>
  layers.slice(0, -1).map((folders, level) => ({
    name: `${room}-${folders.join('-')}-imports-lower-layers-only`,
    severity: 'error',
    from: { path: folders.map((folder) => `^src/${room}/${folder}/`) },
    to: { path: layers.slice(level + 1).flatMap((higher) => higher.map((folder) => `^src/${room}/${folder}`)) },
  }))

const doorRules = ({ room, doors }) =>
  Object.entries(doors).map(([folder, files]) => ({
    name: `${room}-${folder}-is-entered-by-its-doors`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/${room}/${folder}/` },
    to: { path: `^src/${room}/${folder}/`, pathNot: `^src/${room}/${folder}/(${files.join('|')})\\.ts$` },
  }))

/** A cycle through such a folder and another has a file outside of it, at which it is found. */
const foldersOfTypeCycles = rooms.flatMap(({ room, typeCycles = [] }) =>
  typeCycles.map((folder) => under(`${room}/${folder}`)),
)

const wholeTree = [
  { name: 'no-cycle-between-files', severity: 'error', from: { pathNot: foldersOfTypeCycles }, to: { circular: true } },
  { name: 'no-cycle-between-folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  {
    name: 'every-file-stands-in-a-room',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/index\\.ts$' },
    to: { path: '^src/', pathNot: rooms.map(({ room }) => under(room)) },
  },
  {
    name: 'index-names-what-authors-use',
    severity: 'error',
    from: { path: '^src/index\\.ts$' },
    to: { path: '^src/', pathNot: [under('api'), under('core')] },
  },
  {
    name: 'jobs-import-the-package-only',
    severity: 'error',
    from: { path: '^jobs/' },
    to: {
      path: '^(src|test|dist/src/(?!index|client/client-entry|connectors/[^/]+/[^/]+-entry|formats/[^/]+/[^/]+-entry|testing/testing-entry))',
    },
  },
  {
    name: 'no-file-outside-src',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(test|jobs|bin|conf|dist)/' },
  },
  { name: 'every-import-resolves', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
  {
    name: 'no-development-package',
    severity: 'error',
    from: { path: '^src/' },
    // An optional peer is one of development as well: tests need it.
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
  },
]

module.exports = {
  forbidden: [
    ...rooms.map(importRule),
    ...rooms.filter((row) => row.noNodeModules === true).map(nodeRule),
    ...rooms.filter((row) => row.layers !== undefined).flatMap(layerRules),
    ...rooms.filter((row) => row.doors !== undefined).flatMap(doorRules),
    ...wholeTree,
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: '^(jobs/data|test/golden/[^/]+/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
}
