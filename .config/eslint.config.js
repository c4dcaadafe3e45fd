import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const ambient = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Time comes from a Clock that is passed in.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes from a Clock that is passed in.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness comes from a Random that is passed in.',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Settings come from the Configuration that is passed in.',
  },
]

const noGeneratedCode = [
  { selector: "NewExpression[callee.name='Function']", message: 'Generated code lives in files named *-generator.ts.' },
  { selector: "CallExpression[callee.name='eval']", message: 'No eval.' },
]

const plainError = '/^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/'
const errorsOfTheTable = [
  {
    // Without an argument it says nothing: an object that is yet to be filled.
    selector: `:matches(NewExpression, CallExpression)[callee.name=${plainError}][arguments.length>0]`,
    message: 'An error that means something is a FlinkError of the table; asError() makes one of what was thrown.',
  },
  {
    selector:
      "ConditionalExpression[test.operator='instanceof'][test.right.name='Error'][consequent.property.name='message']",
    message: 'messageOf() gives the text of whatever was thrown, also of what does not let itself be looked at.',
  },
]

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**', 'test/golden/*/**', 'test/e2e/cases/**', 'jobs/data/**'] },
  {
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
    rules: { eqeqeq: ['error', 'always'], 'no-var': 'error', 'prefer-const': 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    // One program for all folders. A service would check src once more for each of them, a sixth of all the work.
    languageOptions: { parserOptions: { project: './tsconfig.whole.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An empty method is how a function of the user says that it has nothing to open or to close.
      '@typescript-eslint/no-empty-function': 'off',
      // A class may be a namespace of static factories, as Types, Time and RestartStrategies are in Flink.
      '@typescript-eslint/no-extraneous-class': 'off',
      // The shape `async method()` belongs to the interface; that one implementation need not wait is no fault.
      '@typescript-eslint/require-await': 'off',
      // Flink's generic methods name their type parameter for the caller even when it is used once.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // "Nothing, or a promise" is what lifecycle methods return.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // tsconfig.json refuses enums, and to look for those of packages at each assignment takes long.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // Flags change while a method awaits, which the rule does not see.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Descriptors are found by their kind: a job may bring another copy of the class.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // An object that is passed and has nothing to say yet.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', { max: 4 }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...ambient, ...noGeneratedCode, ...errorsOfTheTable],
    },
  },
  {
    // The adapters to the real world live in core; cli is the world's edge.
    files: ['src/core/**/*.ts', 'src/cli/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noGeneratedCode, ...errorsOfTheTable] },
  },
  {
    // What was thrown, or came from another thread, as the error that it was.
    files: ['src/core/errors/thrown-value.ts', 'src/core/errors/error-codec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noGeneratedCode] },
  },
  {
    files: ['src/**/*-generator.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...ambient, ...errorsOfTheTable],
      '@typescript-eslint/no-implied-eval': 'off',
    },
  },
  {
    // What a function of the user gives back is looked at although its type says that it gives nothing.
    files: ['src/runtime/taskmanager/{operators,windowing,joins}/**/*.ts'],
    rules: { '@typescript-eslint/no-confusing-void-expression': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test hands back a promise that its own runner waits for.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          ignoreVoid: true,
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
)
