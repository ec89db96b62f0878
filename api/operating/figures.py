"""Figures about this process, for Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.access.principals import Permission, Principal
from api.http.dependencies import MetricsDep, Require

__all__ = ["router"]

router = APIRouter(tags=["health"])

_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus's text format.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": "trellis_ready 1.0\n"}},
        }
    },
)
def get_metrics(_: Annotated[Principal, Depends(Require(Permission.OPERATE))], metrics: MetricsDep) -> Response:
    """Answer requests, latencies, what was done, connections, readiness and versions of this one process."""
    return Response(metrics.text(), media_type=_MEDIA_TYPE)
