import { describe, expect, it } from 'vitest'
import { engineOf } from '../../../../runners/deck/plan/step-touch.ts'
import { step } from '../../../_session.ts'

describe('the engine that a shell step cannot do without', () => {
  it.each<[script: string, engine: string]>([
    ['docker ps', 'docker'],
    ['docker', 'docker'],
    ['/usr/bin/docker ps', 'docker'],
    ['sudo docker ps', 'docker'],
    ['sudo -u demo /usr/bin/docker ps', 'docker'],
    ['command docker ps', 'docker'],
    ['DOCKER_HOST=tcp://10.0.0.9 docker ps', 'docker'],
    ['env A=b docker ps', 'docker'],
    ['cd x && docker ps', 'docker'],
    ['true; docker ps', 'docker'],
    ['id=$(docker ps -q)', 'docker'],
    ['echo "`docker ps -q`"', 'docker'],
    ['if docker ps; then echo yes; fi', 'docker'],
    ['while ! docker info\ndo sleep 1; done', 'docker'],
    ['echo a | xargs docker rm', 'docker'],
    [`sh -c 'docker ps'`, 'docker'],
    ['{ docker ps; } >out', 'docker'],
    ['(docker ps)', 'docker'],
    ['dock\\\ner ps', 'docker'],
    ['kubectl get pods', 'kubernetes'],
    ['helm ls', 'kubernetes'],
    ['time helm ls', 'kubernetes'],
    ['kubectl get pods | grep docker', 'kubernetes'],
    ['kubectl get pods; docker ps', 'docker'],
    ['echo docker is nice', 'shell'],
    ['echo "docker ps"', 'shell'],
    ['# docker ps', 'shell'],
    ['true # docker ps', 'shell'],
    ['cat <<EOF\ndocker ps\nEOF', 'shell'],
    ['cat <<-EOF\n\tdocker ps\n\tEOF\necho', 'shell'],
    ['command -v docker', 'shell'],
    ['which docker', 'shell'],
    ['dockerd --version', 'shell'],
    ['my-docker ps', 'shell'],
    ['ls docker', 'shell'],
    ['cd docker && ls', 'shell'],
    ['for name in docker kubectl; do echo $name; done', 'shell'],
    ['', 'shell'],
  ])('of %j is %s', (code, engine) => expect(engineOf(step('a', { code }))).toBe(engine))

  it('is that of its runner for every other step', () => {
    expect(engineOf(step('a', { runner: 'kubernetes', verb: 'apply', lang: 'yaml', code: 'docker ps' }))).toBe('kubernetes')
  })
})
