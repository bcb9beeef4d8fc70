import type { ErrorCode, ErrorInfo, ErrorParams } from '../runners/protocol/error.ts'
import type { Awaits } from '../runners/protocol/event.ts'
import { ERROR_TITLES } from '../runners/protocol/error.ts'

/** An error as the deck's language has it. */
export interface ErrorText {
  title: string
  message: string
  hint: string
  /** What the log says, in English, where the sentence of the deck's language leaves something of it out. */
  detail?: string
}

/** A code in Japanese; `message` with what `params` say, undefined where they do not suffice. */
interface Japanese {
  title: string
  otherwise: string
  message?: (params: ErrorParams) => string | undefined | false
  hint: string | ((params: ErrorParams) => string)
}

/** Every code, so that no new one is left out. */
const JA: Record<ErrorCode, Japanese> = {
  'bad-input': { title: '入力の誤り', otherwise: 'ステップの書き方に誤りがあります。', hint: 'フェンスの内容を直してください。' },
  'cancelled': { title: '停止', otherwise: 'ステップは停止されました。', hint: '' },
  'engine-lost': { title: 'エンジンが応答しません', otherwise: '実行の途中でエンジンとの接続が切れました。', hint: 'エンジンが動いているか確認してください。戻るまでは録画を再生できます。' },
  'engine-unavailable': { title: 'エンジンがありません', otherwise: 'このステップを動かすエンジンがこのマシンにありません。', hint: 'エンジンを起動するか、録画を再生してください。' },
  'exited-early': { title: '準備が整う前に終了', otherwise: '準備が整う前に終わりました。', message: p => p.until !== undefined && `${ended(p)}。${p.until} は満たされていません。`, hint: '出力を確認してください。' },
  'expectation': { title: '期待どおりではありません', otherwise: '期待した条件が満たされていません。', message: p => p.text !== undefined && `${p.text} が満たされていません${p.detail ? `（${p.detail}）` : ''}。`, hint: '出力を確認するか、フェンスの expect= を直してください。' },
  'failed': { title: '失敗', otherwise: 'ステップは失敗しました。', message: p => p.exit !== undefined && `${ended(p)}。`, hint: p => p.memory ? 'フェンスの mem_limit を増やすか、使うメモリーを減らしてください。' : '出力を確認してください。' },
  'image-missing': { title: 'イメージがありません', otherwise: '必要なイメージがエンジンにありません。', message: p => p.image !== undefined && `イメージ ${p.image} がエンジンにありません。`, hint: p => p.command ? `用意するコマンド: ${p.command}` : 'イメージを作成するか取得してください。' },
  'internal': { title: 'Kamishibai のエラー', otherwise: '内部エラーが起きました。', hint: '' },
  'lacking': { title: 'この環境では動きません', otherwise: 'このステップに必要なものがこの環境にありません。', message: p => p.requirement !== undefined && `${p.step} に必要な ${p.requirement} がこの環境にありません。`, hint: '代わりに録画を再生しています。' },
  'needs-failed': { title: '前提のステップが未完了', otherwise: '先に必要なステップが成功していません。', message: p => p.step !== undefined && `先に必要なステップ ${p.step} が成功していません。`, hint: p => p.step ? `${p.step} を実行し直してから、このステップを実行してください。` : '' },
  'no-recording': { title: '録画がありません', otherwise: 'このステップの録画がありません。', message: p => p.step !== undefined && `ステップ ${p.step} はまだ録画されていません。`, hint: p => p.command ? `録画するコマンド: ${p.command}` : '' },
  'not-allowed': { title: '許可されていません', otherwise: 'この操作は許可されていません。', hint: 'ステップを直すか、headmatter の grants で許可してください。' },
  'not-available': { title: '利用できません', otherwise: 'この機能はここでは利用できません。', hint: '' },
  'output-limit': { title: '出力が多すぎます', otherwise: '出力が上限を超えました。', message: p => p.mebibytes !== undefined && `出力が ${p.mebibytes} MiB を超えました。`, hint: 'headmatter の limits.outputMiB を増やすか、出力を減らしてください。' },
  'port-taken': { title: 'ポートが使用中', otherwise: '公開するポートはすでに使われています。', message: p => p.port !== undefined && `ポート ${p.port} はすでに使われています。`, hint: 'ポートを使っているプログラムを止めるか、別のポートで公開してください。' },
  'recording-damaged': { title: '録画が壊れています', otherwise: '録画を読み取れません。', message: p => p.line !== undefined && `録画ファイルの ${p.line} 行目を読み取れません。`, hint: p => `録画し直してください${p.command ? `: ${p.command}` : '。'}` },
  'recording-stale': { title: '録画が古くなっています', otherwise: '録画のあとでステップが変更されました。', hint: '録画し直してください: kamishibai record' },
  'timeout': { title: '時間切れ', otherwise: '制限時間内に終わりませんでした。', message: p => p.seconds !== undefined && `${p.seconds} 秒以内に終わりませんでした${p.until ? `（満たされていない条件: ${p.until}）` : ''}。`, hint: p => `${p.lasting ? 'サーバーのように動き続けるものには until= が必要です。そうでなければ、' : ''}フェンスの timeout= を延ばすか、もう一度実行してください。` },
  'unknown-step': { title: 'ステップがありません', otherwise: 'そのステップはこのデッキにありません。', message: p => p.step !== undefined && `ステップ ${p.step} はこのデッキにありません。`, hint: '' },
}

function ended({ exit, signal, memory }: ErrorParams): string {
  return `終了コード ${exit} で終わりました${memory ? '（メモリー不足のため強制終了）' : signal ? `（${signal} を受信）` : ''}`
}

/** `text` with a stop at its end, so that what follows is a sentence of its own. */
function sentence(text: string): string {
  return /[.!?…。！？]$/.test(text) ? text : `${text}.`
}

/** The error in a language; what the language has no words for stays as the log has it. */
export function errorText({ code, message, hint, params = {} }: ErrorInfo, language: string | undefined): ErrorText {
  const japanese = language?.startsWith('ja') && Object.hasOwn(JA, code) ? JA[code] : undefined
  if (!japanese)
    return { title: Object.hasOwn(ERROR_TITLES, code) ? ERROR_TITLES[code] : code, message: sentence(message), hint }
  const told = japanese.message?.(params)
  return {
    title: japanese.title,
    message: told || japanese.otherwise,
    hint: typeof japanese.hint === 'string' ? japanese.hint : japanese.hint(params),
    ...!told && { detail: [sentence(message), hint].filter(Boolean).join(' ') },
  }
}

/** What an active run waits for, in a language; its reason in the log is in English. */
export function waitText(awaits: Awaits | undefined, reason: string, language: string | undefined): string {
  if (!awaits || !language?.startsWith('ja'))
    return reason
  return awaits.kind === 'shell' ? `シェル ${awaits.name} は使用中です` : `先に ${awaits.name} を実行しています`
}
