import { lang } from 'virtual:kamishibai/deck'

const en = {
  run: 'Run',
  again: 'Run again',
  play: 'Play the recording',
  cancel: 'Stop',
  live: 'LIVE',
  recorded: 'RECORDED',
  replay: 'REPLAY',
  output: 'output of',
  noOutput: 'no output yet',
  noRecording: 'no recording',
  stale: 'older than the step',
  needToken: 'To run this live, open the address that `kamishibai present` printed.',
  lost: 'connection lost, trying again',
  connecting: 'connecting',
  loading: 'loading',
  seconds: 's',
  scrub: 'time in the run',
  containers: 'containers',
  noContainers: 'No containers yet',
  same: 'the same',
  differs: 'differs',
  running: 'running',
  more: 'more',
  close: 'Close',
  appendix: 'appendix',
  problem: 'This step cannot run',
  exit: (code: number) => code === 0 ? 'exit code 0' : `exit code ${code}: ${exitReason(code, 'en')}`,
  oom: 'out of memory',
  phase: { idle: 'ready to run', waiting: 'waiting', preparing: 'preparing', running: 'running', ready: 'up', exited: 'done', failed: 'failed', cancelled: 'stopped' },
  moment: { start: 'at the start', end: 'at the end', phase: 'when', marker: 'at' },
}

const ja: typeof en = {
  run: '実行',
  again: 'もう一度実行',
  play: '録画を再生',
  cancel: '停止',
  live: 'LIVE',
  recorded: '録画',
  replay: 'リプレイ',
  output: '出力:',
  noOutput: 'まだ出力はありません',
  noRecording: '録画がありません',
  stale: 'ステップより古い録画',
  needToken: 'ライブで実行するには `kamishibai present` が表示した URL を開いてください。',
  lost: '接続が切れました。再接続しています',
  connecting: '接続中',
  loading: '読み込み中',
  seconds: '秒',
  scrub: '実行中の時刻',
  containers: 'コンテナ',
  noContainers: 'コンテナはまだありません',
  same: '同じ',
  differs: '異なる',
  running: '実行中',
  more: 'ほか',
  close: '閉じる',
  appendix: '付録',
  problem: 'このステップは実行できません',
  exit: code => code === 0 ? '終了コード 0' : `終了コード ${code}: ${exitReason(code, 'ja')}`,
  oom: 'メモリ不足',
  phase: { idle: '実行できます', waiting: '待機中', preparing: '準備中', running: '実行中', ready: '稼働中', exited: '完了', failed: '失敗', cancelled: '停止済み' },
  moment: { start: '開始時', end: '終了時', phase: '状態', marker: '時点' },
}

function exitReason(code: number, language: 'en' | 'ja'): string {
  const reasons: Record<number, [string, string]> = {
    125: ['the engine refused', 'エンジンが拒否'],
    126: ['not executable', '実行できないファイル'],
    127: ['command not found', 'コマンドが見つからない'],
    130: ['interrupted', '割り込み'],
    137: ['killed (SIGKILL)', '強制終了(SIGKILL)'],
    139: ['crashed (SIGSEGV)', 'クラッシュ(SIGSEGV)'],
    143: ['terminated (SIGTERM)', '終了要求(SIGTERM)'],
  }
  const [english, japanese] = reasons[code] ?? ['it failed', '失敗']
  return language === 'ja' ? japanese : english
}

/** The interface's texts in the language of the deck. */
export function useTexts(): typeof en {
  return lang?.startsWith('ja') ? ja : en
}
