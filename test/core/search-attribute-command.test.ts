import assert from 'node:assert/strict';
import { searchAttributeCommand } from '../../core/search-attribute-command.ts';

describe('the command that adds search attributes', () => {
  const self =
    'temporal operator search-attribute create --namespace prod --name A --type Keyword --name B --type Keyword';
  const cloud =
    'tcld namespace search-attributes add --namespace prod --search-attribute "A=Keyword" --search-attribute "B=Keyword"';
  const addresses: Readonly<Record<string, string>> = {
    'localhost:7233': self,
    'temporal-frontend.temporal.svc:7233': self,
    'tmprl.cloud.example.com:7233': self,
    'prod.a1b2c.tmprl.cloud:7233': cloud,
    'us-east-1.aws.api.temporal.io:7233': cloud,
    'prod.a1b2c.tmprl.cloud': cloud,
  };
  for (const [address, command] of Object.entries(addresses)) {
    it(`is that of ${command.split(' ', 1).join()} for ${address}`, () => {
      assert.equal(searchAttributeCommand({ address, namespace: 'prod', missing: ['A', 'B'] }), command);
    });
  }
});
