import type { ErrorCode } from '../../../runners/protocol/error.ts'
import { describe, expect, it } from 'vitest'
import { errorText, waitText } from '../../../client/errorText.ts'
import { ERRORS, StepError } from '../../../runners/protocol/error.ts'
import { payloadSchema } from '../../../runners/protocol/event.ts'
import { foldRun } from '../../../runners/protocol/fold.ts'
import { exits, sessionOf, step } from '../../_session.ts'

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u
const codes = Object.keys(ERRORS) as ErrorCode[]

describe('an error on a slide', () => {
  it.each(codes)('has a Japanese sentence, whatever it is about: %s', (code) => {
    const { title, message, detail } = errorText({ code, message: 'the engine said so', hint: 'Do this.' }, 'ja-JP')
    expect(title).toMatch(JAPANESE)
    expect(message).toMatch(/。$/)
    expect(detail).toBe('the engine said so. Do this.')
  })

  it.each(codes)('is in English as the log has it, a sentence before the hint: %s', (code) => {
    expect(errorText({ code, message: 'so it was', hint: 'Do this.' }, 'en')).toEqual({ title: ERRORS[code].title, message: 'so it was.', hint: 'Do this.' })
    expect(errorText({ code, message: 'Was it?', hint: '' }, undefined).message).toBe('Was it?')
  })

  it.each<[ErrorCode, ConstructorParameters<typeof StepError>[3], string]>([
    ['timeout', { params: { seconds: 20, until: 'match=/ready/' } }, '20 秒以内に終わりませんでした（満たされていない条件: match=/ready/）。'],
    ['exit-code', { params: { exit: 137, signal: 'SIGKILL', memory: true } }, '終了コード 137 で終わりました（メモリー不足のため強制終了）。'],
    ['exit-code', { params: { exit: 143, signal: 'SIGTERM' } }, '終了コード 143 で終わりました（SIGTERM を受信）。'],
    ['exited-early', { params: { exit: 1, until: 'http=200@http://web/' } }, '終了コード 1 で終わりました。http=200@http://web/ は満たされていません。'],
    ['expectation', { params: { text: 'match=/ok/' } }, 'match=/ok/ が満たされていません。'],
    ['image-missing', { params: { image: 'nginx:1', command: 'docker pull nginx:1' } }, 'イメージ nginx:1 がエンジンにありません。'],
    ['port-taken', { params: { port: '8080' } }, 'ポート 8080 はすでに使われています。'],
    ['needs-failed', { params: { step: 'build' } }, '先に必要なステップ build が成功していません。'],
    ['no-recording', { params: { step: 'web', command: 'kamishibai record talk.md --only web' } }, 'ステップ web はまだ録画されていません。'],
    ['lacking', { params: { step: 'race-vm', requirement: 'vm' } }, 'race-vm に必要な vm がこの環境にありません。'],
  ])('says in Japanese what it is about: %s %o', (code, options, message) => {
    const text = errorText(new StepError(code, 'in English', 'In English.', options).toJSON(), 'ja')
    expect(text.message).toBe(message)
    expect(text.hint).toMatch(JAPANESE)
    expect(text.detail).toBeUndefined()
  })

  it('of a version to come is told as it is', () => {
    for (const code of ['constructor', 'new-code'])
      expect(errorText({ code: code as ErrorCode, message: 'm', hint: 'h' }, 'ja')).toEqual({ title: code, message: 'm.', hint: 'h' })
  })

  it('keeps what it is about on its way through log and wire', () => {
    const { params } = new StepError('port-taken', 'm', 'h', { params: { port: '80' } }).toJSON()
    const payload = payloadSchema.parse({ type: 'error', code: 'port-taken', message: 'm', hint: 'h', params: { ...params, later: 'unknown' } })
    expect(foldRun([{ ...payload, seq: 1, at: 0 }]).error).toEqual({ code: 'port-taken', message: 'm', hint: 'h', params: { port: '80' } })
  })
})

describe('what a session tells of a failed run', () => {
  it('is enough for a sentence in the language of the deck', async () => {
    const session = await sessionOf([step('a'), step('b', { needs: ['a'] })], exits(3))
    const { error } = await session.start('b').moment
    expect(errorText(error!, 'ja').message).toBe('先に必要なステップ a が成功していません。')
    expect(errorText(session.runOf('a')!.log.state.error!, 'ja').message).toBe('true: 終了コード 3 で終わりました。')
    await session.close()
  })

  it('names the shell or the step that a run waits for', () => {
    expect(waitText({ kind: 'shell', name: 'main' }, 'the shell main is busy', 'ja')).toBe('シェル main は使用中です')
    expect(waitText({ kind: 'step', name: 'web' }, 'web runs first', 'ja')).toBe('先に web を実行しています')
    expect(waitText({ kind: 'step', name: 'web' }, 'web runs first', 'en')).toBe('web runs first')
    expect(waitText(undefined, 'anything', 'ja')).toBe('anything')
  })
})
