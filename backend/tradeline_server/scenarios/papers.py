"""What the organizations' people ask of the graph in the month of replenishment; the supplier's
system has documents of its own."""

from __future__ import annotations

from typing import Final

DEMAND: Final = """
    query Demand($skuId: ID!, $from: Date!, $to: Date!) {
      demand(skuId: $skuId, from: $from, to: $to) {
        days { on quantity } sellIn { on quantity } forecast { method days { mean } }
      }
    }
"""
TERM_PUT: Final = """
    mutation ReplenishmentTermPut($input: ReplenishmentTermPutInput!) {
      replenishmentTermPut(input: $input) {
        terms { id } errors { __typename ... on Problem { message } }
      }
    }
"""
FORECAST_MAKE: Final = """
    mutation ForecastMake($input: ForecastMakeInput!) {
      forecastMake(input: $input) { isQueued errors { __typename ... on Problem { message } } }
    }
"""
PROPOSE: Final = """
    mutation ReplenishmentPropose($input: ReplenishmentProposeInput!) {
      replenishmentPropose(input: $input) { count errors { __typename ... on Problem { message } } }
    }
"""
PROPOSALS: Final = """
    query ReplenishmentProposals {
      replenishmentProposals(kind: BUY, state: OPEN, first: 100) {
        edges { node { id quantity sku { code } amount { amount } } }
      }
    }
"""
ACCEPT_PREVIEW: Final = """
    query ReplenishmentAcceptPreview($lines: [ProposalTakeInput!]!) {
      replenishmentAcceptPreview(lines: $lines) {
        orders { amount { amount currency } relationship { id } }
        problems { ... on Problem { message } }
      }
    }
"""
ACCEPT: Final = """
    mutation ReplenishmentAccept($input: ReplenishmentAcceptInput!) {
      replenishmentAccept(input: $input) {
        orders { id } errors { __typename ... on Problem { message } }
      }
    }
"""
ORDER_PLACE: Final = """
    mutation OrderPlace($input: OrderPlaceInput!) {
      orderPlace(input: $input) { order { id } errors { __typename ... on Problem { message } } }
    }
"""
ORDER: Final = """
    query Order($id: ID!) {
      order(id: $id) {
        state
        amount { amount }
        owed { amount }
        events { step }
        lines {
          id skuCode quantity refusedQuantity receivedQuantity promisedOn expectedOn
          owed { amount }
        }
        shipments { id lines { orderLineId } }
        substitutes { id state }
      }
    }
"""
SUBSTITUTES_DECIDE: Final = """
    mutation OrderSubstitutesDecide($input: OrderSubstitutesDecideInput!) {
      orderSubstitutesDecide(input: $input) {
        substitutes { id } errors { __typename ... on Problem { message } }
      }
    }
"""
SHIPMENT_RECEIVE: Final = """
    mutation ShipmentReceive($input: ShipmentReceiveInput!) {
      shipmentReceive(input: $input) {
        shipment { id } errors { __typename ... on Problem { message } }
      }
    }
"""
OFFERS: Final = """
    query Offers($relationshipId: ID!) {
      offers(relationshipId: $relationshipId, first: 100) {
        edges { node { sku { code } availability { now later { on quantity } } } }
      }
    }
"""
STATEMENT_ISSUE: Final = """
    mutation StatementIssue($input: StatementIssueInput!) {
      statementIssue(input: $input) {
        statement { buyerOwesClosing { amount } }
        errors { __typename ... on Problem { message } }
      }
    }
"""
