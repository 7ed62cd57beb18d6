"""Fields of the ComfyUI workflow."""

from diffusion_toolkit.query.fields.field import Field

DECLARED = (
    Field(
        name="node",
        kind="name",
        title="Node",
        description="A node of this class is in the ComfyUI workflow; its properties follow below.",
        aliases=("nodes", "node class"),
        lists=True,
        examples=("node:KSampler", "node:IPAdapter*", 'node:"KSampler (Efficient)"', "node:none"),
    ),
    Field(
        name="graph",
        kind="graph",
        title="Workflow graph",
        description="The same nodes and wires as the picture of this number has, whatever the values in them.",
        aliases=("workflow",),
        examples=("graph:like 123", "graph:any"),
    ),
)
