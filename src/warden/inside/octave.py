# The Octave kernel's settings: drawings go into the notebook as SVG, which needs no Ghostscript.
c = get_config()  # noqa: F821
c.OctaveKernel.plot_settings = {"format": "svg", "backend": "inline"}
