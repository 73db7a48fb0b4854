"""Synthetic examinations with known truth: a seeded phantom of liver, tumour and its arteries.

`examination.render_examination` draws one examination, `folder.write_examination` writes it as
DICOM with outlines and truth.json. Everything in it says that it is synthetic.
"""
